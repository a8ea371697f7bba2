# SPDX-License-Identifier: GPL-2.0-only
# The lab's AMD machine, sourced by run: QEMU with emulated SVM, the host's files over 9p.
# shellcheck shell=bash disable=SC2154 # run sets the options

qemu_make_initramfs()
{
	local tmp=$1 order=() names name module verb file
	mkdir -p "$tmp"/{bin,dev,proc,sys,run,root,modules}
	cp "$(command -v busybox)" "$tmp/bin/busybox"
	for name in sh mount insmod mkdir cp uname switch_root poweroff sleep; do
		ln -s busybox "$tmp/bin/$name"
	done
	install -m 755 "$lab_dir/init" "$tmp/init"
	for name in virtio_pci virtio_console 9pnet_virtio 9p overlay; do
		names=$(modprobe -d "$LAB_ROOT" -S "$LAB_RELEASE" --show-depends "$name") ||
			lab_die "\"$LAB_MODULES\" has no module \"$name\""
		while read -r verb file _; do
			[ "$verb" = insmod ] || continue
			module=${file##*/}
			module=${module%.xz}
			module=${module%.zst}
			[ ! -e "$tmp/modules/$module" ] || continue
			case $file in
			*.xz) xz -dc "$file" ;;
			*.zst) zstd -qdc "$file" ;;
			*) cat "$file" ;;
			esac > "$tmp/modules/$module"
			order+=("$module")
		done <<< "$names"
	done
	# KVM refuses a real-time kernel whose TSC is not constant
	if [[ $LAB_RELEASE == *-rt-* ]]; then
		"$lab_dir/kmod" "$kernel" "$lab_top/selftests/modules/constant-tsc" "$tmp/built" ||
			lab_die "\"selftests/modules/constant-tsc\" does not build for \"$kernel\""
		mv "$tmp/built/constant-tsc.ko" "$tmp/modules/"
		rm -r "$tmp/built"
		order+=(constant-tsc.ko)
	fi
	: > "$tmp/modules/order"
	[ ${#order[@]} = 0 ] || printf '%s\n' "${order[@]}" > "$tmp/modules/order"
	(cd "$tmp" && find . | cpio --quiet -o -H newc)
}

# The newest kernel of another Debian root, which is to boot with its own systemd.
qemu_root()
{
	root=$(readlink -f "$root")
	LAB_RELEASE=$(cd "$root/boot" && printf '%s\n' vmlinuz-* | sort -V | tail -n 1)
	LAB_RELEASE=${LAB_RELEASE#vmlinuz-}
	LAB_VMLINUZ=$root/boot/vmlinuz-$LAB_RELEASE
	[ -e "$LAB_VMLINUZ" ] || lab_die "\"$root/boot\" has no kernel"
	LAB_MODULES=$root/lib/modules/$LAB_RELEASE LAB_ROOT=$root
	kernel=$LAB_RELEASE
}

# Sets initramfs: the kernel's own, made anew when anything that goes into it has changed.
qemu_initramfs()
{
	local dir=$lab_cache/initramfs digest stamp=$LAB_ROOT/.kvmlat-root
	[ -z "$root" ] || stamp=$LAB_VMLINUZ
	mkdir -p "$dir"
	digest=$(cat "$lab_dir"/{init,qemu.sh} "$lab_top"/selftests/modules/constant-tsc/* "$(command -v busybox)" \
		"$stamp" "$LAB_MODULES/modules.dep" | sha256sum | cut -c1-16)
	initramfs=$dir/$LAB_RELEASE-$digest.cpio
	if [ ! -e "$initramfs" ]; then
		qemu_make_initramfs "$job/initramfs" > "$job/initramfs.cpio"
		mv "$job/initramfs.cpio" "$initramfs.$$"
		mv "$initramfs.$$" "$initramfs"
		find "$dir" -name "$LAB_RELEASE-*.cpio" ! -name "${initramfs##*/}" -mmin +60 -delete || true
	fi
}

qemu_share()
{
	printf '%s\n' -fsdev "local,id=$1,path=$2,security_model=none,multidevs=remap$3" \
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1"
}

# Boots the machine for COMMAND..., or for a shell; sets status, leaves $out and $job/verdict behind.
qemu_boot()
{
	local initramfs cpu accel shift cmdline shares qemu pump size

	qemu_initramfs
	# With a thread for each CPU, TCG's SVM is not sound: 6.12 and 7.x die when they patch their
	# text (a tracepoint is enough), 6.1 hangs or gets its stack overwritten when guests migrate.
	# TCG's XSAVE is wrong inside an SVM guest (CPUID's sizes disagree, user space dies): without it
	# and what builds on it, a guest with the lab's own CPU model runs.
	cpu=EPYC,+svm,+npt,-xsave,-xsaveopt,-xsavec,-xsaves,-xgetbv1,-avx,-avx2,-fma,-f16c
	accel=(-accel "tcg,thread=single")
	cmdline="console=ttyS0 loglevel=6 panic=-1 oops=panic panic_on_warn=1 tsc=reliable \
mitigations=off no_timer_check random.trust_cpu=on watchdog_thresh=60 \
rcupdate.rcu_cpu_stall_timeout=120 lab.job=$job lab.kvm=$kvm"
	case $kernel in
	sanitizer*)
		# A warning from an interrupt, as that a timer was late, would take the serial
		# port's spinlock there, of which lockdep complains before it ends
		cmdline+=" loglevel=4"
		;;&
	# Or the first report turns lockdep off and is the last
	sanitizer) cmdline+=" kasan_multi_shot" ;;
	# The kernel has races of its own
	sanitizer-race) cmdline+=" panic_on_warn=0" ;;
	esac
	if [ "$icount" != 0 ]; then
		cpu=max,+invtsc
		for ((shift = 0; 1 << shift < icount; shift++)); do :; done
		accel=(-accel "tcg,thread=single" -icount "shift=$shift")
		cmdline+=" nokaslr"
	fi

	[ -z "$root" ] || cmdline+=" lab.root=1"
	mapfile -t shares < <(qemu_share host "${root:-/}" ,readonly=on
		qemu_share modules "$LAB_MODULES" ,readonly=on
		qemu_share out "$out" "")

	qemu=(qemu-system-x86_64 -machine q35 -nodefaults -no-user-config -display none -no-reboot
		"${accel[@]}" -cpu "$cpu" -smp "$smp" -m "$mem"
		-kernel "$LAB_VMLINUZ" -initrd "$initramfs" "${shares[@]}"
		-chardev "file,id=console,path=$out/console.log" -serial chardev:console
		-chardev "file,id=verdict,path=$job/verdict" -serial chardev:verdict)

	if [ $# -gt 0 ]; then
		mkfifo "$job/output"
		qemu+=(-device virtio-serial-pci -chardev "file,id=output,path=$job/output"
			-device "virtserialport,chardev=output,name=lab.output" -append "$cmdline $append")
		cat "$job/output" &
		pump=$!
		timeout -k 5 "${timeout:-300}" "${qemu[@]}" < /dev/null > "$job/emulator.log" 2>&1 &
		vm=$!
		children=("$vm" "$pump")
		wait "$vm" || status=$?
		# A QEMU that never opened the pipe would leave the reader waiting for it.
		children=("$pump")
		true 3<> "$job/output"
		wait "$pump" || true
		children=()
	else
		size=$(stty size 2>/dev/null) || size=
		[[ $size =~ ^[1-9] ]] || size="24 80"
		qemu+=(-chardev "stdio,id=tty,signal=off" -serial chardev:tty
			-append "$cmdline lab.shell=1 lab.size=${size/ /x} $append")
		timeout --foreground -k 5 "${timeout:-0}" "${qemu[@]}" 2> "$job/emulator.log" ||
			status=$?
	fi
}
