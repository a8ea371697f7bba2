# SPDX-License-Identifier: GPL-2.0-only
VERSION := $(shell sed -n 's/^\#define KVMLAT_VERSION "\(.*\)"/\1/p' kmod/version.h)

DESTDIR ?=
PREFIX ?= /usr/local
KREL ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KREL)/build

BUILD := $(CURDIR)/build
KSRC := $(BUILD)/kmod/$(KREL)/src
DKMS_SRC := $(DESTDIR)/usr/src/kvmlat-$(VERSION)

export PREFIX DESTDIR VERSION

.PHONY: all kmod user demo tutorial check check-fast check-matrix check-debug unit mutate lint fuzz coverage bench regen install dkms need-dkms dkms-src deb dist clean help

all: user kmod		## build the module for the running kernel, the command, the man pages

kmod:			## build kvmlat.ko for kernel KREL (default: the running one)
	@if [ -e "$(KDIR)/Makefile" ]; then \
		mkdir -p "$(KSRC)/kmod" "$(KSRC)/include" && \
		cp -ru kmod/. "$(KSRC)/kmod" && cp -ru include/. "$(KSRC)/include" && \
		$(MAKE) --no-print-directory -C "$(KSRC)/kmod" KDIR="$(KDIR)" modules && \
		cp "$(KSRC)/kmod/kvmlat.ko" "$(BUILD)/kmod/$(KREL)/kvmlat.ko"; \
	else \
		echo "kvmlat.ko is not built, \"$(KDIR)\" does not exist: install linux-headers-$(KREL)" >&2; \
		exit 1; \
	fi

user:			## build kvmlat, libkvmlat and the man pages
	@for tool in gcc:gcc pkg-config:pkg-config rst2man:python3-docutils; do \
		command -v "$${tool%%:*}" >/dev/null || \
			{ echo "\"$${tool%%:*}\" is missing: install $${tool##*:}; README.md lists all packages" >&2; exit 1; }; \
	done
	@$(MAKE) --no-print-directory -C user

demo:			## boot a KVM host and a Linux guest in the lab and watch the guest
	@selftests/lab/deps build lab
	@selftests/demo/run

# Who polls needs a clock that is not the real machine's, the others two CPUs
STORY ?= 1

tutorial:		## a shell on a KVM host in the lab, with guests for story STORY of kvmlat-tutorial(7), 1 to 5
	@case '$(STORY)' in [1-5]) ;; *) echo 'STORY is "$(STORY)", 1 to 5 are allowed' >&2; exit 2 ;; esac
	@selftests/lab/deps build lab
	@echo 'the command and the module are built now; a minute later there is a shell, beside the guests of story $(STORY)'
	@$(MAKE) --no-print-directory -s user
	@$(MAKE) --no-print-directory -s -C selftests/vmm O="$(BUILD)"
	@selftests/lab/kmod 6.1 >/dev/null
	@selftests/lab/run $(if $(filter 2 5,$(STORY)),--icount --insn-ns 8,--smp 2 --append isolcpus=1) --kvm \
		--shell "selftests/live/command/tutorial.sh --try $(STORY)"

ifdef TEST
check:
	@selftests/lab/deps build lab intel check
	@selftests/check --test "$(TEST)" $(if $(KERNEL),--kernels "$(KERNEL)")
else
check:			## run all tests, or TEST=exact of KERNEL=6.12; the last line is the result
	@selftests/lab/deps build lab intel check package
	@selftests/check $(if $(KERNEL),--kernels "$(KERNEL)")
endif

check-fast:		## run what needs no kernel in three minutes: lint without builds of the module, unit
	@selftests/lab/deps build lab check
	@$(MAKE) --no-print-directory -s -j $$(nproc) -C selftests/unit programs
	@selftests/runner/together -j 3 "$(MAKE) --no-print-directory -s -C selftests/unit check-hostile" \
		"selftests/static/lint --fast" "$(MAKE) --no-print-directory -s -C selftests/unit check-kmod check-user"

unit:			## run the native unit tests only
	@selftests/lab/deps build
	@$(MAKE) --no-print-directory -C selftests/unit check

check-matrix:		## run every suite on every kernel and vendor, and print the table
	@selftests/lab/deps build lab intel check
	@selftests/check --only matrix

check-debug:		## run all tests on the sanitizer kernels, and prove that their detectors detect
	@selftests/lab/deps build lab check
	@selftests/check --only debug

mutate:			## ask the unit tests of the pure code whether they can fail; MUTATE=--help tells how
	@selftests/lab/deps build
	@selftests/mutate/run $(MUTATE)

lint:			## run style and static analysis only
	@selftests/lab/deps build lab check
	@selftests/static/lint

fuzz:			## run each fuzzer of user/'s parsers for five minutes
	@selftests/lab/deps build check
	@$(MAKE) --no-print-directory -s -C selftests/fuzz fuzz

coverage:		## print which part of user/ the tests that need no lab run
	@selftests/lab/deps build
	@selftests/unit/coverage

bench:			## compare what the module and its peers cost per exit
	@selftests/lab/deps build lab bench
	@selftests/bench/run

regen:			## make the generated sources anew from the netlink specification
	@selftests/lab/deps build lab
	@Documentation/netlink/regen

install: user		## install the command, library, headers and man pages
	@$(MAKE) --no-print-directory -C user install

dkms-src:		## copy the sources of the module to DESTDIR/usr/src, for DKMS
	install -d "$(DKMS_SRC)"
	cp -r kmod include LICENSE "$(DKMS_SRC)"
	sed 's/#MODULE_VERSION#/$(VERSION)/' dkms.conf >"$(DKMS_SRC)/dkms.conf"

need-dkms:
	@command -v dkms >/dev/null || \
		{ echo "\"dkms\" is missing, nothing is installed: install dkms" >&2; exit 1; }

dkms: need-dkms		## install the module through DKMS
	@$(MAKE) --no-print-directory dkms-src
	@if dkms status -m kvmlat -v $(VERSION) | grep -q .; then \
		dkms remove -m kvmlat -v $(VERSION) --all; \
	fi
	dkms add -m kvmlat -v $(VERSION)
	dkms install -m kvmlat -v $(VERSION) -k "$(KREL)"

deb:			## build the Debian packages, in build/package
	@selftests/lab/deps build package
	@selftests/package/build --build

# A folder, not "git archive": the sources may come without their history.
dist:			## make build/kvmlat-VERSION.tar.gz, which rpmbuild -ta takes
	@mkdir -p "$(BUILD)"
	tar -czf "$(BUILD)/kvmlat-$(VERSION).tar.gz" --exclude=./build --exclude-vcs \
		--owner=0 --group=0 --transform 's,^\.,kvmlat-$(VERSION),' .

clean:			## remove what was built
	rm -rf build

help:			## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | expand -t 14
	@echo
	@echo 'TEST is a program of selftests/live (test-exact, cli), a suite of selftests/runner/suites.sh (exact)'
	@echo 'or a unit test (kmod_ledger, user_views). KERNEL is 6.1, 6.12, 7.x or one of those with -rt.'
