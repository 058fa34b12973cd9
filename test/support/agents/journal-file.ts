// A journal of numbered lines, as a file that systemd-journal-remote has written from their export format.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportEntry } from './journald.ts'
import { runSystemd } from './processes.ts'

const boot = '6c7c6013a26343b29e964691ff25d04c'

/** An entry of the kubelet's, with the fields that journald adds. */
function kubeletEntry(i: number, beganMicros: number): Buffer {
  return exportEntry([
    ['__REALTIME_TIMESTAMP', String(beganMicros + i * 10)],
    ['__MONOTONIC_TIMESTAMP', String(1_000_000 + i * 10)],
    ['_BOOT_ID', boot],
    ['_MACHINE_ID', '4e3a1b2c3d4e5f60718293a4b5c6d7e8'],
    ['_HOSTNAME', 'node-7'],
    ['_TRANSPORT', 'stdout'],
    ['PRIORITY', '6'],
    ['SYSLOG_FACILITY', '3'],
    ['SYSLOG_IDENTIFIER', 'kubelet'],
    ['_PID', '811'],
    ['_UID', '0'],
    ['_COMM', 'kubelet'],
    ['_EXE', '/usr/bin/kubelet'],
    ['_CMDLINE', '/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml'],
    ['_SYSTEMD_CGROUP', '/system.slice/kubelet.service'],
    ['_SYSTEMD_UNIT', 'kubelet.service'],
    ['_SYSTEMD_SLICE', 'system.slice'],
    ['MESSAGE', kubeletLine(i)],
  ])
}

/** Some have a newline, which makes a field of bytes. */
export const kubeletLine = (i: number): string =>
  `I1130 10:00:00.000001     811 kubelet.go:2451] line ${String(i).padStart(6, '0')}${i % 1000 === 7 ? '\nand its second line' : ''}`

/** Writes the lines from..to into a journal of the directory, and returns its path. */
export async function journalFile(dir: string, from: number, to: number, beganMicros: number): Promise<string> {
  const exported = join(dir, `${from}.export`)
  const journal = join(dir, `${from}.journal`)
  await writeFile(exported, Buffer.concat(Array.from({ length: to - from }, (_, i) => kubeletEntry(from + i, beganMicros))))
  await runSystemd('systemd-journal-remote', ['-o', journal, exported])
  return journal
}
