// The rule for names of tenants (X-Scope-OrgID), over HTTP and on Kafka.

/** Whether the name has 1 to 128 printable ASCII characters, without blanks. */
export const isTenant = (name: string): boolean => /^[\x21-\x7e]{1,128}$/.test(name)
