// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/files.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace vernier {
namespace {

std::string errno_text() { return std::strerror(errno); }

/// Writes all bytes and flushes them to the device; false leaves errno set.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return ::fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
}

}  // namespace

Result<std::vector<std::byte>> read_bytes(const std::filesystem::path& file) {
  std::error_code ec;
  if (std::filesystem::is_directory(file, ec)) {
    return fail(ErrorCode::kInvalidInput, "is a directory, expected a file", file.string());
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    const auto code = errno == ENOENT ? ErrorCode::kInvalidInput : ErrorCode::kIo;
    return fail(code, "cannot be read: " + errno_text(), file.string());
  }
  in.seekg(0, std::ios::end);
  const auto size = static_cast<std::streamoff>(in.tellg());
  if (size < 0) return fail(ErrorCode::kIo, "cannot be read: not a regular file", file.string());
  in.seekg(0);
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  in.read(reinterpret_cast<char*>(bytes.data()), size);
  if (!in) return fail(ErrorCode::kIo, "cannot be read to its end: " + errno_text(), file.string());
  return bytes;
}

Result<std::string> read_text(const std::filesystem::path& file) {
  auto bytes = read_bytes(file);
  if (!bytes) return forward_error(bytes);
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

Result<void> write_atomically(const std::filesystem::path& file, std::string_view text) {
  struct stat status {};
  const bool special = ::stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  if (special && S_ISDIR(status.st_mode)) return fail(ErrorCode::kIo, "cannot be written: is a directory", file.string());
  const auto target = special ? file.string() : fmt::format("{}.tmp-{}", file.string(), ::getpid());
  const int fd = ::open(target.c_str(), special ? O_WRONLY : (O_WRONLY | O_CREAT | O_TRUNC), 0644);
  if (fd < 0) return fail(ErrorCode::kIo, "cannot be written: " + errno_text(), file.string());
  bool ok = write_all(fd, text);
  int cause = errno;
  if (::close(fd) != 0 && ok) {
    ok = false;
    cause = errno;
  }
  if (ok && !special && ::rename(target.c_str(), file.c_str()) != 0) {
    ok = false;
    cause = errno;
  }
  if (!ok) {
    if (!special) ::unlink(target.c_str());
    return fail(ErrorCode::kIo, fmt::format("cannot be written: {}", std::strerror(cause)), file.string());
  }
  return {};
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace vernier
