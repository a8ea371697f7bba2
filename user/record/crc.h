/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_RECORD_CRC_H
#define _KVMLAT_RECORD_CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C, as iSCSI and ext4 have it: finds any one flipped bit, and any burst of 32. */
uint32_t crc32c(const void *data, size_t len);

#endif /* _KVMLAT_RECORD_CRC_H */
