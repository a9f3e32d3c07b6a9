#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A Slurm cluster of this machine alone, in a folder, for as long as a command runs.
# usage: slurm.sh FOLDER COMMAND...       exit 4: Slurm is not installed, or does not start here
set -u
folder=$1
shift
for tool in slurmctld slurmd munged sbatch; do
  command -v $tool >/dev/null 2>&1 || [ -x /usr/sbin/$tool ] || { echo "skipped: $tool is missing (apt-get install slurm-wlm munge)"; exit 4; }
done
PATH=$PATH:/usr/sbin
mkdir -p "$folder/state" "$folder/spool" "$folder/run"
chmod 755 "$folder" "$folder/run"
(umask 077 && dd if=/dev/urandom of="$folder/munge.key" bs=64 count=1 2>/dev/null)
port=$((20000 + $$ % 20000))
host=$(hostname -s)
user=$(id -un)
cat >"$folder/slurm.conf" <<CONF
ClusterName=vernier
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$folder/run/munge.socket
CredType=cred/munge
SlurmUser=$user
SlurmdUser=$user
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MinJobAge=60
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$folder/slurm.conf"
stop() {
  for name in slurmd slurmctld munged; do
    pid=$(cat "$folder/run/$name.pid" 2>/dev/null) || continue
    kill "$pid" 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null && sleep 0.3; done
  done
}
trap stop EXIT INT TERM
munged --force --socket="$folder/run/munge.socket" --key-file="$folder/munge.key" --pid-file="$folder/run/munged.pid" --log-file="$folder/munged.log" --seed-file="$folder/munge.seed" || exit 4
slurmctld -c -f "$SLURM_CONF" || exit 4
slurmd -f "$SLURM_CONF" || exit 4
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  sinfo --noheader --states=idle 2>/dev/null | grep -q idle && break
  sleep 0.5
done
sinfo --noheader --states=idle 2>/dev/null | grep -q idle || { echo "skipped: no node came up"; tail -3 "$folder"/*.log; exit 4; }
"$@"
