/* The services of a package, by the programs that are in it. */
#ifndef VMEVENTS_TESTS_SERVICES_H
#define VMEVENTS_TESTS_SERVICES_H

/* What a test that was interrupted has left. */
void remove_services(void);

void test_part_in_a_guest(void **state);
void test_forwarder_that_is_a_service(void **state);

#endif
