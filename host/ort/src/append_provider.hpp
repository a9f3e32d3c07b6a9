// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnxruntime_cxx_api.h>

#include <string>

namespace vernier::ort {

/// Gives the provider the nodes it can run; the processor's own provider, always there, takes the others.
/// Throws Ort::Exception where the provider's own libraries or its device are absent.
void append_provider(Ort::SessionOptions& options, const std::string& provider);

}  // namespace vernier::ort
