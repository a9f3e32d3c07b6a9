# SPDX-License-Identifier: Apache-2.0
# OpenSTA: power of one module's netlist with every net at the same activity (transitions a clock cycle), once for each
# of ACTIVITIES. Cells alone: no wires; modules that are not in the netlist are black boxes and take no power.
# environment: LIBERTY NETLIST MODULE PERIOD (ns) ACTIVITIES
read_liberty $::env(LIBERTY)
read_verilog $::env(NETLIST)
link_design $::env(MODULE)
create_clock -name clock -period $::env(PERIOD) [get_ports clk_i]
foreach activity $::env(ACTIVITIES) {
  set_power_activity -global -activity $activity -duty 0.5
  puts "activity $activity"
  report_power -digits 8
}
exit
