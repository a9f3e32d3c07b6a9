#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the card that hwemu_fuzz works on and the inputs it begins with.
#
# usage: hwemu_card.sh HWEMU_PACK KERNEL_FOLDER OUT_FOLDER
set -eu
rm -rf "$3"
mkdir -p "$3/card" "$3/corpus" "$3/found"
"$1" vadd "$2" 2 "$3/vadd.xclbin"
# the bitstream of an emulated card is a zip archive inside the container; unzip looks for it from the end
cd "$3/card"
unzip -q -o -j ../vadd.xclbin || [ $? -eq 1 ]  # 1: bytes before and behind the archive
test -s vernier.json
# calls: write 4 registers of the first unit, start it, look at it, read memory, close
printf '\000\011\013\020\200\200\200\014\030\004\042\004\001\000\000\000\013\010\020\200\200\200\014\030\004\007\012\040\200\200\200\200\020\050\020\070\000\001\000' >../corpus/calls
printf '\001' | cat - vernier.json >../corpus/description
