// SPDX-License-Identifier: Apache-2.0
// Included inside the modules: the macros take numbers wider than 32 bits as hexadecimal text.

  function automatic logic [1023:0] hex_value(input logic [8*256-1:0] text);
    hex_value = '0;
    for (int i = 0; i < 256; i++) begin
      if (text[8*i +: 8] >= "0" && text[8*i +: 8] <= "9") hex_value[4*i +: 4] = text[8*i +: 4];
      else if (text[8*i +: 8] != 8'd0) hex_value[4*i +: 4] = text[8*i +: 4] + 4'd9;  // a to f and A to F end in 1 to 6
    end
  endfunction
