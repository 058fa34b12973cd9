// Pure: what a container said, read from its log files as the CRI writes them: the text of every line, fragments joined. The demo
// holds the answers of the service against it, byte for byte.
// https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md

/** `content`: whole CRI lines as latin1, which is bytes. Returns messages, each with `\n`, as latin1. */
export function saidIn(content: string): string {
  let said = ''
  for (const line of content.split('\n')) {
    if (line === '') continue
    const tag = line.indexOf(' ', line.indexOf(' ') + 1) + 1
    said += line.slice(tag + 2) + (line[tag] === 'P' ? '' : '\n')
  }
  return said
}
