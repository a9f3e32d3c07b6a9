// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Changes the model in `data`, in the terms of ONNX: operators, attributes, edges, shapes, constants, versions.
/// Returns its new size; 0 where the bytes hold no model or it grew beyond `max_size`.
std::size_t mutate_onnx(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed);
