/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_VERSION_H
#define _KVMLAT_VERSION_H

/* The Makefile and the DKMS package take their version from this line. */
#define KVMLAT_VERSION "0.1.0"

#endif /* _KVMLAT_VERSION_H */
