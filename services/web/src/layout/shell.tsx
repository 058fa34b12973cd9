// What every view has: the way home, the search for a pod, the zone and the theme, and the keys.
import { Link, Outlet, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ZoneProvider } from '../ui/zone.tsx'
import { FindPod } from './find-pod.tsx'
import { KeysDialog } from './keys-dialog.tsx'
import { keepTheme, storedTheme, themes, type Theme } from './theme.ts'
import { useKeys } from './use-keys.ts'

const otherZone = <T extends { tz?: 'local' }>({ tz, ...rest }: T): Omit<T, 'tz'> & { tz?: 'local' } =>
  tz === undefined ? { ...rest, tz: 'local' } : rest

export function Shell() {
  const { tz } = useSearch({ from: '__root__' })
  const navigate = useNavigate()
  const [isFinding, setIsFinding] = useState(false)
  const [areKeysShown, setAreKeysShown] = useState(false)
  const zone = tz ?? 'utc'
  useKeys({
    'mod+k': () => setIsFinding(true),
    '/': () => setIsFinding(true),
    '?': () => setAreKeysShown(true),
    'g l': () => void navigate({ to: '/logs', search: tz === undefined ? {} : { tz } }),
    'g d': () => void navigate({ to: '/deaths', search: tz === undefined ? {} : { tz } }),
  })
  return (
    <ZoneProvider zone={zone}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="bar">
        <Link to="/deaths" search={tz === undefined ? {} : { tz }} className="brand">
          Afterlog
        </Link>
        <nav aria-label="Views">
          <Link
            to="/deaths"
            search={tz === undefined ? {} : { tz }}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            Deaths
          </Link>
          <Link to="/logs" search={tz === undefined ? {} : { tz }} activeOptions={{ includeSearch: false }}>
            Logs
          </Link>
        </nav>
        <button type="button" className="find" onClick={() => setIsFinding(true)}>
          Find a pod <kbd>⌘K</kbd>
        </button>
        <button
          type="button"
          className="quiet"
          title="In which zone times are shown"
          onClick={() => void navigate({ to: '.', search: otherZone, replace: true })}
        >
          {zone === 'utc' ? 'UTC' : 'Local time'}
        </button>
        <ThemeChoice />
        <button type="button" className="quiet" onClick={() => setAreKeysShown(true)}>
          Keys <kbd>?</kbd>
        </button>
      </header>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <FindPod isOpen={isFinding} onClose={() => setIsFinding(false)} />
      <KeysDialog isOpen={areKeysShown} onClose={() => setAreKeysShown(false)} />
    </ZoneProvider>
  )
}

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(storedTheme)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!
  return (
    <button
      type="button"
      className="quiet"
      title={`Colours: ${theme}; the next is ${next}`}
      onClick={() => {
        keepTheme(next)
        setTheme(next)
      }}
    >
      {theme === 'system' ? 'Auto' : theme === 'light' ? 'Light' : 'Dark'}
    </button>
  )
}
