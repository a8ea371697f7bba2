// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "lib/internal.h"
#include "tap.h"

#define NAME_OF(cmdline) name_of(cmdline, sizeof(cmdline))

/* The literal's own NUL ends the last argument. "" if there is no name. */
static const char *name_of(const char *cmdline, size_t len)
{
	static char name[64];

	if (!kvmlat_guest_name(cmdline, len, name, sizeof(name)))
		return "";
	return name;
}

static void qemu_names(void)
{
	EXPECT_STR(NAME_OF("/usr/bin/qemu-system-x86_64\0-name\0guest=web,debug-threads=on"), "web");
	EXPECT_STR(NAME_OF("qemu\0-name\0debug-threads=on,guest=web"), "web");
	EXPECT_STR(NAME_OF("qemu\0-m\0001\0-name\0db"), "db");
	EXPECT_STR(NAME_OF("qemu\0--name\0db,process=x"), "db");
	EXPECT_STR(NAME_OF("qemu\0--name=db"), "db");
	EXPECT_STR(NAME_OF("qemu\0-name\0guest=a,,b"), "a,b");
	EXPECT_STR(NAME_OF("qemu\0-name\0a=b"), "");
	EXPECT_STR(NAME_OF("qemu\0-name\0guest=\0-m\0001"), "");
	EXPECT_STR(NAME_OF("qemu\0-name"), "");
	EXPECT_STR(NAME_OF("qemu\0-names\0x"), "");
}

static void micro_vm_names(void)
{
	EXPECT_STR(NAME_OF("/usr/bin/firecracker\0--id\0fc-1\0--api-sock\0/run/x.socket"), "fc-1");
	EXPECT_STR(NAME_OF("firecracker\0--api-sock\0/run/fc-2.socket"), "fc-2");
	EXPECT_STR(NAME_OF("firecracker\0--id=fc-3"), "fc-3");
	EXPECT_STR(NAME_OF("cloud-hypervisor\0--api-socket\0path=/run/ch.sock,mode=1"), "ch");
	EXPECT_STR(NAME_OF("/opt/cloud-hypervisor\0--api-socket\0/run/.sock"), ".sock");
	EXPECT_STR(NAME_OF("cloud-hypervisor\0--kernel\0x"), "");
	EXPECT_STR(NAME_OF("vmm\0--id\0x"), "");
}

/* Command lines as "ps" has shown them, without what has no part in the name */
static void names_by_managers(void)
{
	/* libvirt, OpenStack and KubeVirt on it, Proxmox, Kata with QEMU, QEMU by hand */
	EXPECT_STR(NAME_OF("/usr/bin/qemu-system-x86_64\0-name\0guest=web,debug-threads=on\0-S"),
		   "web");
	EXPECT_STR(NAME_OF("/usr/bin/qemu-system-x86_64\0-name\0"
			   "guest=instance-0000002a,debug-threads=on\0-S\0-object\0"
			   "secret,id=masterKey0,format=raw,file=/var/lib/libvirt/x.aes"),
		   "instance-0000002a");
	EXPECT_STR(NAME_OF("/usr/libexec/qemu-kvm\0-name\0guest=default_testvm,debug-threads=on"),
		   "default_testvm");
	EXPECT_STR(NAME_OF("/usr/bin/kvm\0-id\000100\0-name\0web,debug-threads=on\0-no-shutdown"),
		   "web");
	EXPECT_STR(NAME_OF("/usr/bin/kvm\0-id\000109\0-name\0yf01\0-chardev\0"
			   "socket,id=qmp,path=/var/run/qemu-server/109.qmp,server,nowait"),
		   "yf01");
	EXPECT_STR(NAME_OF("/usr/bin/qemu-system-x86_64\0-name\0sandbox-0a1b,debug-threads=on"),
		   "sandbox-0a1b");
	EXPECT_STR(NAME_OF("qemu-system-x86_64\0-m\0002G\0-kernel\0bzImage\0-enable-kvm"), "");
	EXPECT_STR(NAME_OF("lkvm\0run\0--debug\0--name\0small\0--balloon\0-c\0001\0-k\0bzImage"),
		   "small");
	EXPECT_STR(NAME_OF("lkvm\0run\0--disk\0a.ext4,ro\0--cpus\0001"), "");
}

static void names_by_sockets(void)
{
	/* Kata with cloud-hypervisor has a folder for each VM, or a descriptor */
	EXPECT_STR(NAME_OF("/opt/kata/bin/cloud-hypervisor\0--api-socket\0"
			   "/run/vc/vm/0a1b2c/clh-api.sock"), "0a1b2c");
	EXPECT_STR(NAME_OF("/usr/bin/cloud-hypervisor\0--api-socket\0fd=3"), "");
	EXPECT_STR(NAME_OF("cloud-hypervisor\0--api-socket=fd=3"), "");
	EXPECT_STR(NAME_OF("cloud-hypervisor\0--api-socket\0path=/var/lib/x/web/api.sock"), "web");
	EXPECT_STR(NAME_OF("cloud-hypervisor\0--api-socket=/tmp/ch-api.sock"), "ch-api");
	EXPECT_STR(NAME_OF("cloud-hypervisor\0--api-socket\0/tmp/chv"), "chv");
	EXPECT_STR(NAME_OF("cloud-hypervisor\0--api-socket\0api.sock"), "api");
	EXPECT_STR(NAME_OF("cloud-hypervisor\0--api-socket\0/api.sock"), "api");
	/* firecracker by its jailer, by hand, and with what it takes by itself */
	EXPECT_STR(NAME_OF("/firecracker\0--id\0f-1\0--start-time-us\0001\0--api-sock\0/a.socket"),
		   "f-1");
	EXPECT_STR(NAME_OF("firecracker\0--api-sock\0003"), "");
	EXPECT_STR(NAME_OF("firecracker\0--api-sock\0/run/firecracker.socket"), "firecracker");
	EXPECT_STR(NAME_OF("firecracker\0--api-sock\0/srv/vms/db/firecracker.socket"), "db");
	/* crosvm by hand, by Android's virtmgr before it gave names, and since */
	EXPECT_STR(NAME_OF("/usr/bin/crosvm\0run\0-s\0/run/crosvm/android.sock\0vmlinux"), "android");
	EXPECT_STR(NAME_OF("/apex/com.android.virt/bin/crosvm\0--extended-status\0--log-level\0"
			   "info,disk=warn\0run\0--disable-sandbox\0--cid\00002048\0"
			   "--socket\0/proc/self/fd/17"), "");
	EXPECT_STR(NAME_OF("crosvm\0--extended-status\0run\0--name\0named\0--socket\0/run/x.sock"),
		   "named");
}

/* libkrun has no command line: it is that of who calls it, or of its guest */
static void names_of_libkrun(void)
{
	EXPECT_STR(NAME_OF("krunvm\0start\0box"), "box");
	EXPECT_STR(NAME_OF("/usr/bin/krunvm\0start\0--cpus\0002\0--mem=512\0box\0/bin/ls\0--\0x"),
		   "box");
	EXPECT_STR(NAME_OF("krunvm\0start\0--cpus"), "");
	EXPECT_STR(NAME_OF("krunvm\0start\0--cpus\0002"), "");
	EXPECT_STR(NAME_OF("krunvm\0start"), "");
	EXPECT_STR(NAME_OF("krunvm\0list"), "");
	EXPECT_STR(NAME_OF("krunvm"), "");
	EXPECT_STR(NAME_OF("[libcrun:krun]\0/bin/sh\0-c\0sleep 20"), "");
	EXPECT_STR(NAME_OF("[libcrun:krun]\0mysqld\0--name\0of-the-guest"), "");
}

static void hostile_names(void)
{
	static const char six[] = "q\0-name\0abcdef", four[] = "firecracker\0--id\0abcd";
	char tight[4];

	EXPECT_STR(NAME_OF("qemu\0-name\0a\033[2Jb\nc\177"), "a?[2Jb?c?");
	EXPECT_STR(NAME_OF("qemu\0-name\0\303\244\377"), "\303\244?");
	EXPECT_STR(NAME_OF("qemu\0-name\0\302\233x"), "??x");
	EXPECT(kvmlat_guest_name(six, sizeof(six), tight, sizeof(tight)));
	EXPECT_STR(tight, "abc");
	EXPECT(kvmlat_guest_name(four, sizeof(four), tight, sizeof(tight)));
	EXPECT_STR(tight, "abc");
	/* Cut by the reader: no NUL at the end. */
	EXPECT(!kvmlat_guest_name(six, sizeof(six) - 1, tight, sizeof(tight)));
	EXPECT(!kvmlat_guest_name("", 0, tight, sizeof(tight)));
}

static void stat_lines(void)
{
	uint64_t start;
	uint32_t threads;

	EXPECT(!kvmlat_parse_stat("12 (a) b) (c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 0 33 0 4711 1 2",
				  &threads, &start));
	EXPECT_EQ(threads, 33);
	EXPECT_EQ(start, 4711);
	EXPECT(kvmlat_parse_stat("12 (a", &threads, &start));
	EXPECT(kvmlat_parse_stat("12 (a) S 1 2", &threads, &start));
	EXPECT(kvmlat_parse_stat("1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 0 33", &threads,
				 &start));
	EXPECT(kvmlat_parse_stat("1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 0 33 0", &threads,
				 &start));
	EXPECT(kvmlat_parse_stat("1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 0 33 0 x", &threads,
				 &start));
}

static void this_process(void)
{
	uint64_t start, parent;
	struct kvmlat_guest g;
	char name[32];

	EXPECT(!kvmlat_get_guest(getpid(), &g));
	EXPECT_EQ(g.threads, 1);
	EXPECT(g.uptime < 600);
	EXPECT_STR(g.name, "user_guest");
	EXPECT(!kvmlat_thread_start(getpid(), getpid(), &start));
	EXPECT(start && !kvmlat_thread_start(getppid(), getppid(), &parent) && parent <= start);
	EXPECT(kvmlat_thread_start(getpid(), 0x7ffffff0, &start));
	EXPECT(!kvmlat_thread_name(getpid(), getpid(), name, sizeof(name)));
	EXPECT_STR(name, "user_guest");
	EXPECT(kvmlat_get_guest(0x7fffffff, &g));
}

static const struct tap_case cases[] = {
	{ "names that QEMU's options give", qemu_names },
	{ "names of cloud-hypervisor and firecracker", micro_vm_names },
	{ "names by managers", names_by_managers },
	{ "names by sockets", names_by_sockets },
	{ "names of libkrun's callers", names_of_libkrun },
	{ "hostile names", hostile_names },
	{ "lines of /proc/PID/stat", stat_lines },
	{ "this process", this_process },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
