/* The parts of addresses that people write, of whatever kind: a host and its port, and what belongs to TLS. */
#ifndef VMEVENTS_NET_PLACE_H
#define VMEVENTS_NET_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#define PLACE_HOST_MAX 255
#define PLACE_THUMBPRINT_DIGITS 40

/* Takes HOST:PORT apart where it stands; an IPv6 address has brackets, which are no part of the host. False: there is no
 * host, or nothing behind it. */
bool place_split(char *place, char **host, char **port);

/* From 1 to 65535. */
bool place_read_port(const char *text, uint16_t *port);

/* 127.0.0.0/8 and ::1: nothing leaves the computer on the way there. */
bool place_is_loopback(const char *host);

/* Of Windows', with a drive. */
bool place_is_full_path(const char *path);

/* As programs show it: 40 hexadecimal digits, which may be parted by colons or spaces. False: it is something else. */
bool place_read_thumbprint(const char *text, char thumbprint[PLACE_THUMBPRINT_DIGITS + 1]);

#endif
