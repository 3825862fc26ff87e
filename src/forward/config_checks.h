/* What the files that read a configuration share. */
#ifndef VMEVENTS_FORWARD_CONFIG_CHECKS_H
#define VMEVENTS_FORWARD_CONFIG_CHECKS_H

#include "forward/config.h"

#define CONFIG_KEY_COUNT 17

struct config_reading
{
    struct config *config;
    config_fault_function fault;
    void *context;
    unsigned int line;                    /* that is being read */
    unsigned int lines[CONFIG_KEY_COUNT]; /* where each key stood last; 0: nowhere */
    bool failed;
};

void config_complain(struct config_reading *reading, unsigned int line, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* 0: the file does not have it. */
unsigned int config_line_of(const struct config_reading *reading, const char *key);

/* Both one behind the other. NULL: memory has run out, which has been complained of. */
char *config_copy(struct config_reading *reading, const char *string, const char *behind);

/* The value of `broker`. */
void config_take_broker(struct config_reading *reading, const char *value);

/* The value of `machine`. */
void config_take_machine(struct config_reading *reading, const char *value);

/* Fills in what is left out, and looks at what has to fit together. */
void config_complete(struct config_reading *reading, const char *default_host);

#endif
