// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/golden/quantised.hpp>
