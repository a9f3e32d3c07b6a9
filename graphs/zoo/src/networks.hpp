// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quantised_network.hpp"

namespace vernier::zoo {

/// ResNet (He et al. 2016, arXiv:1512.03385) of 18 or 50 layers for an image of `size` pixels a side; of 50 layers version
/// 1.5: the stride stands at the 3x3 convolution. Below 64 pixels the CIFAR stem: 3x3, no pooling.
void resnet(QuantisedNetwork& net, int layers, std::int64_t size, std::int64_t classes);
/// ResNet-8 of MLPerf Tiny (arXiv:2106.07597): 3 x 32 x 32, 10 classes.
void resnet8(QuantisedNetwork& net);
/// DS-CNN (arXiv:1711.07128) as MLPerf Tiny's keyword spotting takes it: 49 frames of 10 MFCCs, 12 classes.
void ds_cnn(QuantisedNetwork& net);
/// Autoencoder of MLPerf Tiny's anomaly detection: 640-128-128-128-128-8 and back.
void autoencoder(QuantisedNetwork& net);
/// MobileNetV1 (arXiv:1704.04861), all channels times `width`.
void mobilenet_v1(QuantisedNetwork& net, double width, std::int64_t size, std::int64_t classes);
/// MobileNetV2 1.0 (arXiv:1801.04381).
void mobilenet_v2(QuantisedNetwork& net, std::int64_t size, std::int64_t classes);
/// SSD heads and extra layers on MobileNetV1 (arXiv:1512.02325, arXiv:1704.04861): 300 x 300, 91 classes, raw boxes and scores.
void ssd_mobilenet(QuantisedNetwork& net);
/// SqueezeNet (arXiv:1602.07360), version 0 or 1.
void squeezenet(QuantisedNetwork& net, int minor);
/// U-Net (arXiv:1505.04597) with padded convolutions, 3 x 256 x 256, 32 channels at the top, 2 classes.
void unet(QuantisedNetwork& net);
/// VGG-16 (arXiv:1409.1556).
void vgg16(QuantisedNetwork& net);

}  // namespace vernier::zoo
