// Explains why a client cannot talk to its brokers: failures of TLS, certificates and passwords have messages that mean
// little to users. Pure. The messages are those of kafkajs, Node and the brokers; test/e2e/kafka-security.test.ts
// provokes most of them.

const hints: readonly (readonly [text: RegExp, hint: string])[] = [
  [
    /^SASL .* authentication failed/,
    'the brokers do not accept AFTERLOG_KAFKA_SASL_USERNAME with this AFTERLOG_KAFKA_SASL_PASSWORD ' +
      'by AFTERLOG_KAFKA_SASL_MECHANISM',
  ],
  [
    /mechanism is not supported by the server|support the requested SASL mechanism/,
    'the brokers do not offer this AFTERLOG_KAFKA_SASL_MECHANISM',
  ],
  [
    /current SASL state/,
    'the brokers expect no SASL at this port; ' +
      'unset AFTERLOG_KAFKA_SASL_MECHANISM, or name their SASL port in AFTERLOG_KAFKA_BROKERS',
  ],
  [
    /unable to (verify|get) .*certificate|self-signed certificate/,
    "the brokers' certificate is of an authority that is not known here; " +
      'name the file of its certificate in NODE_EXTRA_CA_CERTS',
  ],
  [/certificate's altnames/, "the brokers' certificate is not for the host names of AFTERLOG_KAFKA_BROKERS"],
  [/certificate has expired/, "the brokers' certificate has expired"],
  [
    /before secure TLS connection|wrong version number/,
    'the brokers do not speak TLS at this port; ' +
      'set AFTERLOG_KAFKA_SSL=false, or name their TLS port in AFTERLOG_KAFKA_BROKERS',
  ],
  [
    /^Closed connection$/,
    'the brokers close the connection without an answer, as they do where they expect TLS (AFTERLOG_KAFKA_SSL) ' +
      'or SASL (AFTERLOG_KAFKA_SASL_MECHANISM), or are stopping',
  ],
]

/** Returns a sentence that names what to set, or undefined where the message is clear by itself. */
export function connectionHint(message: string): string | undefined {
  return hints.find(([text]) => text.test(message))?.[1]
}
