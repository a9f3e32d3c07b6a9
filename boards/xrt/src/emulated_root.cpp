// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include <vernier/xrt/bringup.hpp>

namespace vernier::card {

namespace fs = std::filesystem;

EmulatedRoot::EmulatedRoot() {
  std::string name = (fs::temp_directory_path() / "vernier-hw_emu-XXXXXX").string();
  if (::mkdtemp(name.data()) != nullptr) path_ = name;
}

EmulatedRoot::~EmulatedRoot() {
  std::error_code ec;
  if (!path_.empty()) fs::remove_all(path_, ec);
}

void EmulatedRoot::choose(const fs::path& folder) const {
  ::setenv("XCL_EMULATION_MODE", "hw_emu", 1);
  ::setenv("XILINX_XRT", VERNIER_XRT_ROOT, 1);
  ::setenv("EMCONFIG_PATH", folder.c_str(), 1);
  ::setenv("SDACCEL_EM_RUN_DIR", path_.c_str(), 1);
  ::setenv("VERNIER_HWEMU_LOG", "0", 1);  // the driver would leave the simulator's log in the caller's folder
}

}  // namespace vernier::card
