// SPDX-License-Identifier: Apache-2.0
// usage: describe ARGUMENTS PINS: what the unit linked with this looks like, for the packer.
#include <cstdio>

extern "C" int vrn_describe(std::FILE* arguments, std::FILE* pins);

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::FILE* arguments = std::fopen(argv[1], "w");
  std::FILE* pins = std::fopen(argv[2], "w");
  if (arguments == nullptr || pins == nullptr) return 1;
  const int code = vrn_describe(arguments, pins);
  return std::fclose(arguments) == 0 && std::fclose(pins) == 0 ? code : 1;
}
