// What the Dockerfile puts into the image, laid out in a directory: the sources that it copies, and of the installed
// packages those that the program needs without its optional dependencies, the embedded engine.
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './service-process.ts'

/** Makes `into`, which must not exist, as /app in the image. */
export function layOutImage(into: string): void {
  for (const name of [...copiedSources(), ...packagePaths()]) cpSync(join(root, name), join(into, name), { recursive: true })
}

/** The text of each stage of the Dockerfile, by its name. */
export function dockerStages(): ReadonlyMap<string, string> {
  const docker = readFileSync(join(root, 'Dockerfile'), 'utf8')
  const stages = docker.split(/^(?=FROM )/m).slice(1)
  return new Map(stages.map((stage) => [/^FROM \S+ AS (\S+)$/m.exec(stage)?.[1] ?? '', stage]))
}

/** What the image has of this checkout. */
export function copiedSources(): string[] {
  const copied = [
    ...dockerStages()
      .get('program')!
      .matchAll(/^COPY (?!--from)(.*) \S+$/gm),
  ]
  return copied.flatMap(([, names]) => names!.split(' '))
}

interface LockedPackage {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  os?: string[]
  cpu?: string[]
  libc?: string[]
}

/** Paths of the packages that `npm install --omit=dev` leaves once package.json has no optionalDependencies. */
function packagePaths(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>
  }
  const found = new Set<string>()
  const visit = (from: string, name: string): void => {
    const path = resolve(packages, from, name)
    if (path === undefined || found.has(path) || !fits(packages[path]!)) return
    // Its binary comes of a script, and none run for the image.
    if (name === 'node') return
    found.add(path)
    const { dependencies = {}, optionalDependencies = {} } = packages[path]!
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) visit(path, needed)
  }
  for (const name of Object.keys(packages['']!.dependencies ?? {})) visit('', name)
  return [...found]
}

/** As Node looks for it: beside `from`, then in every folder above. */
function resolve(packages: Readonly<Record<string, LockedPackage>>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (packages[path] !== undefined) return path
    if (folder === '') return undefined
  }
}

/** Whether npm installs it on this platform. */
function fits({ os, cpu, libc }: LockedPackage): boolean {
  const glibc = process.platform === 'linux' ? ['glibc'] : []
  return (
    (os === undefined || os.includes(process.platform)) &&
    (cpu === undefined || cpu.includes(process.arch)) &&
    (libc === undefined || glibc.some((one) => libc.includes(one)))
  )
}
