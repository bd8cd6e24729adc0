# Builds a throw-away machine around the caller, who stands in new namespaces already, and
# runs the test program in it. Everything made here goes when that program ends.
#
# Arguments: a directory for this run; the tree; the test program; its arguments.
set -euo pipefail
run=$1 tree=$2 program=$3
shift 3

# The host's files, and above them a layer in memory that takes every change.
box=$run/box
mkdir "$box"
mount -t tmpfs -o mode=755 tmpfs "$box"
mkdir "$box/upper" "$box/work" "$box/root"
root=$box/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$box/upper,workdir=$box/work" "$root"
mount -t proc proc "$root/proc"

# A /dev without the host's /dev/log.
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"

mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root/run/lock" "$root/run/mailpol/job" "$root/run/mailpol/tree"
touch "$root/run/mailpol/program"
mount --bind "$run" "$root/run/mailpol/job"
mount --bind "$tree" "$root/run/mailpol/tree"
mount -o remount,bind,ro "$root/run/mailpol/tree"
mount --bind "$program" "$root/run/mailpol/program"

# AnyIP: every address is this machine's, so a client can connect from any of them. Nothing
# leaves: there is no other interface.
set_kernel() { echo "$2" >"/proc/sys/$1"; }
set_kernel net/ipv6/conf/all/disable_ipv6 0
ip link set lo up
ip route add local 0.0.0.0/0 dev lo
ip -6 route add local ::/0 dev lo
set_kernel net/ipv4/ip_nonlocal_bind 1
set_kernel net/ipv6/ip_nonlocal_bind 1
set_kernel net/ipv4/ip_local_port_range "10000 65000"
set_kernel net/ipv4/tcp_tw_reuse 1
# Whoever writes to syslog must not wait for its reader.
set_kernel net/unix/max_dgram_qlen 4096

# Nothing of the caller's environment means anything in there.
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root \
    chroot "$root" /run/mailpol/program "$@"
