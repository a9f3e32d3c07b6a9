// SPDX-License-Identifier: Apache-2.0
#include <vernier/sweep/folder.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace vernier::sweep {
namespace fs = std::filesystem;

Claim& Claim::operator=(Claim&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Claim::~Claim() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Folder> Folder::open(const fs::path& path) {
  for (const char* name : {"records", "logs", "locks", "targets"}) {
    std::error_code ec;
    fs::create_directories(path / name, ec);
    if (ec) return fail(ErrorCode::kIo, "cannot be created: " + ec.message(), (path / name).string());
  }
  return Folder(fs::absolute(path).lexically_normal());
}

Result<std::optional<Claim>> Folder::claim(const Point& p) const {
  const auto file = path_ / "locks" / p.id;
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return fail(ErrorCode::kIo, std::string("cannot be opened: ") + std::strerror(errno), file.string());
  Claim claim(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return std::optional(std::move(claim));
  if (errno == EWOULDBLOCK) return std::optional<Claim>();
  return fail(ErrorCode::kIo, std::string("cannot be locked: ") + std::strerror(errno), file.string());
}

void Folder::remove_unfinished(const Point& p) const {
  std::error_code ec;
  if (!fs::exists(log(p), ec)) return;  // no run of it was ever started
  for (const auto& entry : fs::directory_iterator(path_ / "records", ec)) {
    const auto name = entry.path().filename().string();
    if (name.find(p.id) != std::string::npos && !name.ends_with(".json")) fs::remove(entry.path(), ec);
  }
}

}  // namespace vernier::sweep
