// What may name a tenant, over HTTP and on Kafka alike: X-Scope-OrgID.

/** 1 to 128 printable ASCII characters, no blank among them. */
export const isTenant = (name: string): boolean => /^[\x21-\x7e]{1,128}$/.test(name)
