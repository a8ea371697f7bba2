# SPDX-License-Identifier: GPL-2.0-only
# The lab's machines in Bochs, sourced by run: it has VMX, EPT and pause-loop exits, for AMD a pause
# filter, but no way to share the host's files. What a command needs goes into its initramfs.
# shellcheck shell=bash disable=SC2154 # run sets the options

bochs_share=/usr/share/bochs
bochs_isolinux=/usr/lib/ISOLINUX/isolinux.bin
bochs_ldlinux=/usr/lib/syslinux/modules/bios/ldlinux.c32
# Bochs uses the CPU as long as it lives, even for a machine that sleeps
bochs_stalled_s=20
# The clock of its machine counts instructions
bochs_insn_ns=20

bochs_need()
{
	local file
	lab_need bochs-bin xorriso cpio xz zstd ldd readelf gcc objcopy strip depmod unshare
	for file in "$bochs_share"/{BIOS-bochs,VGABIOS-lgpl}-latest "$bochs_isolinux" "$bochs_ldlinux"; do
		[ -e "$file" ] || lab_die "\"$file\" is missing: run selftests/lab/deps intel"
	done
}

# The kernel without its compression, once.
bochs_kernel()
{
	local dir=$lab_cache/flat digest file
	mkdir -p "$dir"
	digest=$(cat "$lab_dir"/flat "$lab_dir"/flat.S "$LAB_VMLINUZ" | sha256sum | cut -c1-16)
	file=$dir/$LAB_RELEASE-$digest
	if [ ! -e "$file" ]; then
		"$lab_dir/flat" "$LAB_VMLINUZ" "$file.$$"
		mv "$file.$$" "$file"
		find "$dir" -name "$LAB_RELEASE-*" ! -name "${file##*/}" -mmin +60 -delete || true
	fi
	echo "$file"
}

# KVM's modules, unpacked, as modprobe wants them; once.
bochs_modules()
{
	local dir=$lab_cache/flat digest file tmp vendor verb path name
	digest=$(cat "$lab_dir/bochs.sh" "$LAB_ROOT/.kvmlat-root" "$LAB_MODULES/modules.dep" |
		sha256sum | cut -c1-16)
	file=$dir/$LAB_RELEASE-modules-$digest.cpio
	if [ ! -e "$file" ]; then
		tmp=$job/modules/usr/lib/modules/$LAB_RELEASE
		mkdir -p "$tmp"
		for vendor in kvm_intel kvm_amd; do
			while read -r verb path _; do
				[ "$verb" = insmod ] || continue
				name=${path##*/}
				name=${name%.xz}
				name=${name%.zst}
				case $path in
				*.xz) xz -dc "$path" ;;
				*.zst) zstd -qdc "$path" ;;
				*) cat "$path" ;;
				esac > "$tmp/$name"
				# Drops the signature too, whose hash takes seconds here
				strip --strip-debug "$tmp/$name"
			done < <(modprobe -d "$LAB_ROOT" -S "$LAB_RELEASE" --show-depends "$vendor")
		done
		cp "$LAB_MODULES"/modules.{order,builtin,builtin.modinfo} "$tmp/"
		depmod -b "$job/modules/usr" "$LAB_RELEASE"
		(cd "$job/modules" && find . | cpio --quiet -o -H newc) > "$file.$$"
		mv "$file.$$" "$file"
		find "$dir" -name "$LAB_RELEASE-modules-*" ! -name "${file##*/}" -mmin +60 -delete || true
	fi
	echo "$file"
}

# bochs_carry TREE FILE: the file, what it links to, its interpreter or libraries, at their own paths.
bochs_carry()
{
	local tree=$1 file=$2 real magic line interpreter library
	case $file in
	/*) ;;
	*) file=$PWD/$file ;;
	esac
	file=$(realpath -s "$file")
	# Named by its full path it is wanted in place of busybox's
	[ "$(readlink "$tree/$file")" != busybox ] || rm "$tree/$file"
	[ ! -e "$tree/$file" ] || return 0
	real=$(readlink -f "$file")
	if [ "$(readlink -f "$(dirname "$file")")/$(basename "$file")" != "$real" ]; then
		bochs_carry "$tree" "$real"
	fi
	mkdir -p "$tree/$(dirname "$file")"
	cp -L --preserve=mode,timestamps "$file" "$tree/$file"
	case $file in
	*.ko) strip --strip-debug "$tree/$file" ;;
	esac
	[ -x "$file" ] || return 0
	LC_ALL=C IFS= read -r -n 256 line < <(tr -d '\0' < "$file") || true
	magic=${line:1:3}
	if [[ $line =~ ^'#!'[[:space:]]*([^[:space:]]+)[[:space:]]*([^[:space:]]*) ]]; then
		interpreter=${BASH_REMATCH[1]}
		[ "${interpreter##*/}" != env ] || interpreter=$(command -v "${BASH_REMATCH[2]}") ||
			lab_die "the interpreter of \"$file\" is missing"
		bochs_carry "$tree" "$interpreter"
	elif [ "$magic" = ELF ] && readelf -l "$file" 2>/dev/null | grep -q INTERP; then
		while read -r library; do
			bochs_carry "$tree" "$library"
		done < <(ldd "$file" | grep -oE '/[^ ]+')
	fi
}

# bochs_userland TREE COMMAND...: busybox, bash, the work tree's programs and scripts, and every
# file and tool that the command names; a tool that busybox has only by its full path.
bochs_userland()
{
	local tree=$1 word file
	shift
	mkdir -p "$tree"/{dev,proc,sys,run,tmp,root,lab,etc,var,usr/bin,usr/sbin,usr/lib,usr/lib64}
	for word in bin sbin lib lib64; do
		ln -s "usr/$word" "$tree/$word"
	done
	cp "$(command -v busybox)" "$tree/usr/bin/busybox"
	for word in $(busybox --list); do
		[ "$word" = busybox ] || ln -s busybox "$tree/usr/bin/$word"
	done
	grep -E '^(root|nobody):' /etc/passwd > "$tree/etc/passwd"
	grep -E '^(root|nogroup):' /etc/group > "$tree/etc/group"
	install -m 755 "$lab_dir/init-bochs" "$tree/init"
	cp "$job/command" "$tree/lab/command"
	chmod 1777 "$tree/tmp"
	mkdir -p "$tree/$PWD"

	rm -f "$tree/usr/bin/bash"
	bochs_carry "$tree" /bin/bash
	for file in "$lab_top"/build/bin/* "$lab_top"/selftests/{runner,live/command}/*.sh; do
		[ ! -f "$file" ] || bochs_carry "$tree" "$file"
	done
	# A word may be a whole command in quotes, or an assignment
	for word in $(printf '%s\n' "$@" | tr -s "=;|&()<>\"' \t" '\n'); do
		case $word in
		*/*) [ ! -f "$word" ] || bochs_carry "$tree" "$word" ;;
		*)
			[ ! -e "$tree/usr/bin/$word" ] || continue
			file=$(type -P -- "$word") || continue
			bochs_carry "$tree" "$file"
			;;
		esac
	done
}

bochs_iso()
{
	local iso=$job/iso
	mkdir -p "$iso"
	cp "$bochs_isolinux" "$bochs_ldlinux" "$iso/"
	ln "$kernel_image" "$iso/kernel" 2>/dev/null || cp "$kernel_image" "$iso/kernel"
	bochs_userland "$job/tree" "$@"
	(cd "$job/tree" && find . | cpio --quiet -o -H newc) | cat "$modules_image" - > "$iso/initrd"
	printf 'default lab\nlabel lab\nkernel /kernel\ninitrd /initrd\nappend %s\n' \
		"$cmdline" \
		> "$iso/isolinux.cfg"
	xorriso -as mkisofs -quiet -o "$job/lab.iso" -b isolinux.bin -c boot.cat -no-emul-boot \
		-boot-load-size 4 -boot-info-table "$iso" > "$job/xorriso.log" 2>&1 ||
		{ cat "$job/xorriso.log" >&2; lab_die "xorriso failed"; }
}

bochs_config()
{
	cat <<-EOF
	config_interface: textconfig
	display_library: rfb, options="timeout=0"
	cpu: model=$model, count=$smp, ips=$((1000000000 / bochs_insn_ns)), reset_on_triple_fault=0, ignore_bad_msrs=1$quirks
	megs: $mem
	romimage: file=$bochs_share/BIOS-bochs-latest, options=fastboot
	vgaromimage: file=$bochs_share/VGABIOS-lgpl-latest
	ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
	ata0-master: type=cdrom, path=$job/lab.iso, status=inserted
	boot: cdrom
	clock: sync=none, time0=$(date +%s)
	com1: enabled=1, mode=file, dev=$out/console.log
	com2: enabled=1, mode=file, dev=$job/output
	com3: enabled=1, mode=file, dev=$job/archive
	com4: enabled=1, mode=file, dev=$job/verdict
	log: $job/bochs.log
	panic: action=fatal
	error: action=report
	sound: driver=dummy
	speaker: enabled=0
	EOF
}

bochs_cpu_ticks()
{
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	read -r -a stat <<< "${stat##*) }"
	echo $((stat[11] + stat[12]))
}

# One run of the machine; 124 for a time-out, 123 when it stopped using the CPU.
bochs_once()
{
	local pump ticks before='' since=$SECONDS end=$((SECONDS + ${timeout:-300})) how=0 net
	net=(unshare --net)
	[ "$(id -u)" = 0 ] || net+=(--map-root-user)
	rm -f "$job/output" "$job/archive" "$job/verdict"
	mkfifo "$job/output"
	cat "$job/output" &
	pump=$!
	# Its display listens on a port: nobody is to see it, nor does it meet another lab's
	"${net[@]}" bochs-bin -q -f "$job/bochsrc" -rc "$job/debugger" \
		< /dev/null > "$job/emulator.log" 2>&1 &
	vm=$!
	children=("$vm" "$pump")
	while sleep 0.5 && ticks=$(bochs_cpu_ticks "$vm"); do
		if [ "$ticks" != "$before" ]; then
			before=$ticks since=$SECONDS
		elif [ $((SECONDS - since)) -ge "$bochs_stalled_s" ]; then
			how=123
		fi
		[ "$SECONDS" -lt "$end" ] || how=124
		# In one go, or the shell reports that it was killed
		[ "$how" = 0 ] || { kill -9 "$vm" && wait "$vm"; } 2>/dev/null || true
	done
	wait "$vm" 2>/dev/null || true
	children=("$pump")
	true 3<> "$job/output"
	wait "$pump" || true
	children=()
	return "$how"
}

# Boots the machine for COMMAND...; sets status and judge_from, leaves $out and $job/verdict behind.
bochs_boot()
{
	local kernel_image modules_image cmdline model=corei7_haswell_4770 quirks=''
	cmdline="console=ttyS0,115200 quiet loglevel=4 panic=-1 oops=panic reboot=t mitigations=off \
tsc=reliable lpj=200000 cryptomgr.notests random.trust_cpu=1 audit=0 apparmor=0 security=none \
initcall_blacklist=load_system_certificate_list,cubictcp_register $append"
	if [ "$machine" = amd-bochs ]; then
		# Bochs' MWAITX never wakes from the delay loop. It has the filter's count, not its
		# threshold, without which KVM does not use the filter; 6.1 knows no setcpuid=.
		model=ryzen quirks=', mwait_is_nop=1'
		cmdline="setcpuid=pfthreshold $cmdline"
	fi
	[ "$kvm" = 0 ] || cmdline+=" lab.kvm=$vendor_module"
	kernel_image=$(bochs_kernel)
	modules_image=$(bochs_modules)
	bochs_iso "$@"
	# 7.x warns of the topology that Bochs' CPUID tells
	judge_from='/lab: user space begins/'
	bochs_config > "$job/bochsrc"
	echo c > "$job/debugger"
	bochs_once || status=$?
	if [ "$status" = 123 ] && ! grep -q 'lab: the command begins' "$out/console.log"; then
		echo "lab: Bochs stalled in the boot, trying once more" >&2
		status=0
		bochs_once || status=$?
	fi
	[ "$status" != 123 ] || echo "lab: Bochs stalled: no CPU time in $bochs_stalled_s s" >&2
	if [ -s "$job/archive" ]; then
		tar -C "$out" -xmzf "$job/archive" || { rm -f "$job/verdict"; status=125; }
	fi
}
