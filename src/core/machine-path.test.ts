import { describe, expect, it } from 'vitest'
import { isMachinePath, machineFolders, placeOnMachine } from './machine-path.ts'

const FOLDERS = machineFolders(
  'C:\\Data=lib://DataFiles; c:/data/deep/ = lib://Deep/in/it ;\\\\server\\share=lib://Sales:DataFiles/s;D:\\=lib://D',
)

const placed = (given: string) => {
  const found = placeOnMachine(given, FOLDERS)
  return found && `lib://${found.in.connection}/${found.relative}`
}

describe('paths of a machine', () => {
  it.each([
    ['C:\\Data\\x.qvd', 'lib://DataFiles/x.qvd'],
    ['c:/DATA/Sub\\x.qvd', 'lib://DataFiles/Sub/x.qvd'],
    ['C:\\Data', 'lib://DataFiles/'],
    ['C:\\data\\deep\\x', 'lib://Deep/in/it/x'],
    ['C:\\Data\\deeper\\x', 'lib://DataFiles/deeper/x'],
    ['C:\\Data\\a\\..\\..\\Data\\.\\x', 'lib://DataFiles/x'],
    ['C:\\Data\\..\\Other\\x', undefined],
    ['C:\\Database\\x', undefined],
    ['C:\\x', undefined],
    ['D:\\..\\..\\x', 'lib://D/x'],
    ['\\\\SERVER\\Share\\x', 'lib://Sales:DataFiles/s/x'],
    ['\\\\server\\other\\x', undefined],
    ['\\\\server\\share\\..\\other\\x', undefined],
  ])('%s', (given, place) => {
    expect(placed(given)).toBe(place)
    expect(isMachinePath(given)).toBe(true)
  })

  it.each(['lib://C/x', 'x.qvd', '..\\x', '/etc/x', 'C:x', 'file:///x', '//'])('none is %s', (given) => {
    expect(isMachinePath(given)).toBe(false)
  })

  it.each(['C:\\Data', 'Data=lib://D', 'C:\\Data=D:\\x', 'C:\\Data=lib://', 'C:\\a=lib://A;c:/A=lib://B'])(
    'refuses the table %s',
    (text) => {
      expect(() => machineFolders(text)).toThrow(/is not like|is there twice/)
    },
  )

  it('takes an empty table', () => {
    expect(machineFolders(' ; ')).toEqual([])
  })
})
