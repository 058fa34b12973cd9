// The severity of what has a priority of syslog. A program that only writes to its stdout or to a file says none:
// systemd, Docker and rsyslog give its lines `info` or `notice`, whatever they say. There the text counts, if it
// states one: the kubelet's errors are `info` in the journal.
import { SeverityDetector } from '../normalise/detect-severity.ts'
import { severities, syslogLevel } from '../normalise/severity.ts'
import { escapeJson } from './json-escape.ts'

/** Priorities that agents give by default. */
const [notice, info] = [5, 6]

export class SyslogSeverity {
  private readonly detector = new SeverityDetector()

  /** @param level 0 to 7. */
  of(level: number, message: string | Uint8Array): string {
    const own = severities[syslogLevel(level)]!
    if (level !== notice && level !== info) return own
    const escaped = escapeJson(typeof message === 'string' ? Buffer.from(message) : Buffer.from(message))
    return severities[this.detector.detect(escaped, 0, escaped.length)] || own
  }
}
