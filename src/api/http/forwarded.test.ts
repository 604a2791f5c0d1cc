import { expect, it } from 'vitest'
import { defined } from '../../core/defined.ts'
import { asOlderHeaders } from './forwarded.ts'
import { proxiesOf } from './proxies.ts'

const isProxy = proxiesOf(['10.0.0.0/8', '2001:db8::/32'])

it.each([
  ['for=192.0.2.1;host=a.example;proto=https', '192.0.2.1', 'a.example', 'https'],
  ['For="[2001:db9::1]:4711";Proto=HTTPS;Host="a.example:8443"', '2001:db9::1', 'a.example:8443', 'https'],
  ['for="192.0.2.1:80" ; by=_x;host=a.example', '192.0.2.1', 'a.example', undefined],
  ['for=_hidden;host="a\\.example"', '_hidden', 'a.example', undefined],
  // The word of the outermost proxy of ours; what a client wrote before it does not count.
  [
    'for=6.6.6.6;host=evil.example;proto=http, for=192.0.2.1;host=a.example;proto=https, for=10.0.0.2;host=inner',
    '192.0.2.1, 10.0.0.2',
    'a.example',
    'https',
  ],
  ['for=6.6.6.6;host=evil.example, for=192.0.2.1;proto=https', '192.0.2.1', undefined, 'https'],
  // All hops are ours: the first one began.
  ['for=10.0.0.1;host=a.example,for="[2001:db8::2]"', '10.0.0.1, 2001:db8::2', 'a.example', undefined],
])('%s is told as older headers', (forwarded, clients, host, proto) => {
  expect(asOlderHeaders(forwarded, isProxy)).toEqual({
    'x-forwarded-for': clients,
    ...defined({ 'x-forwarded-host': host, 'x-forwarded-proto': proto }),
  })
})

it.each(['for', 'for=', 'for="a', 'for=a b', 'for=1.2.3.4;;host=a', '=a', 'for=a, '.repeat(40)])(
  'nothing counts of %s',
  (forwarded) => {
    expect(asOlderHeaders(forwarded, isProxy)).toEqual({})
  },
)
