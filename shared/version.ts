// The running version, from package.json.
import about from '../package.json' with { type: 'json' }

export const { version } = about
