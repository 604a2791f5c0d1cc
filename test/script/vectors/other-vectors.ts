/**
 * Vectors of functions: expression, result, source of the expectation, settings if not the default. Results
 * are written as `text#number` for a dual, `#number`, `∅` for NULL, `''` for the empty text. Sources: a row
 * of the language's semantics (`K4`), the meaning in its function list (functions.tsv), a page of the public
 * help (`help: round`), or arithmetic.
 */
import type { Vectors } from './vector.ts'

export const OTHER_VECTORS: Vectors = {
  ARGB: [
    ['ARGB(255,0,0,0)', 'ARGB(255,0,0,0)#4278190080', 'help: color functions'],
    ['ARGB(0,0,0,0)', 'ARGB(0,0,0,0)#0', 'arithmetic'],
    ["ARGB(1,2,3,'x')", '∅', 'A9'],
  ],
  Attribute: [
    ["Attribute('a.mp3','Title')", '∅', 'functions.tsv: desktop only'],
    ["Attribute('zz','Title')", '∅', 'functions.tsv: desktop only'],
    ["Attribute(Null(),'x')", '∅', 'functions.tsv: desktop only'],
  ],
  Author: [['Author()', "''", 'functions.tsv']],
  Black: [
    ['Black()', 'RGB(0,0,0)#4278190080', 'help: color functions'],
    ['Black(128)', 'ARGB(128,0,0,0)#2147483648', 'help: color functions'],
    ["Black('x')", '∅', 'A9'],
  ],
  Blue: [
    ['Blue()', 'RGB(0,0,128)#4278190208', 'help: color functions'],
    ['Blue(128)', 'ARGB(128,0,0,128)#2147483776', 'help: color functions'],
    ["Blue('x')", '∅', 'A9'],
  ],
  Brown: [
    ['Brown()', 'RGB(128,128,0)#4286611456', 'help: color functions'],
    ['Brown(128)', 'ARGB(128,128,128,0)#2155905024', 'help: color functions'],
    ["Brown('x')", '∅', 'A9'],
  ],
  ClientPlatform: [['ClientPlatform()', "''", 'functions.tsv']],
  Color: [
    ['Color(0)', '∅', 'B6'],
    ['IsNum(Color(1))', '#-1', 'help: color functions'],
    ["Color('x')", '∅', 'A9'],
  ],
  ColorMapHue: [
    ['ColorMapHue(0)', 'RGB(255,0,0)#4294901760', 'arithmetic'],
    ['ColorMapHue(2)', '∅', 'B6'],
    ['ColorMapHue(Null())', '∅', 'B4'],
  ],
  ColorMapJet: [
    ['ColorMapJet(0.5)', 'RGB(128,255,128)#4286644096', 'arithmetic'],
    ['ColorMapJet(-1)', '∅', 'B6'],
    ['ColorMapJet(Null())', '∅', 'B4'],
  ],
  ColorMix1: [
    ['ColorMix1(0,RGB(1,2,3),RGB(4,5,6))', 'RGB(1,2,3)#4278256131', 'help: color functions'],
    ['ColorMix1(1,RGB(1,2,3),RGB(4,5,6))', 'RGB(4,5,6)#4278453510', 'help: color functions'],
    ['ColorMix1(0.5,RGB(0,0,0),RGB(255,255,255))', 'RGB(127,127,127)#4286545791', 'help: color functions'],
    ['ColorMix1(2,RGB(0,0,0),RGB(1,1,1))', '∅', 'B6'],
  ],
  ColorMix2: [
    ['ColorMix2(-1,RGB(1,2,3),RGB(4,5,6))', 'RGB(1,2,3)#4278256131', 'help: color functions'],
    ['ColorMix2(1,RGB(1,2,3),RGB(4,5,6))', 'RGB(4,5,6)#4278453510', 'help: color functions'],
    ['ColorMix2(0,RGB(1,2,3),RGB(4,5,6),RGB(9,9,9))', 'RGB(9,9,9)#4278782217', 'help: color functions'],
    ['ColorMix2(2,1,1)', '∅', 'B6'],
  ],
  ComputerName: [['ComputerName()', 'host', 'functions.tsv']],
  ConnectString: [['ConnectString()', "''", 'functions.tsv']],
  Cyan: [
    ['Cyan()', 'RGB(0,128,128)#4278222976', 'help: color functions'],
    ['Cyan(128)', 'ARGB(128,0,128,128)#2147516544', 'help: color functions'],
    ["Cyan('x')", '∅', 'A9'],
  ],
  DarkGray: [
    ['DarkGray()', 'RGB(128,128,128)#4286611584', 'help: color functions'],
    ['DarkGray(128)', 'ARGB(128,128,128,128)#2155905152', 'help: color functions'],
    ["DarkGray('x')", '∅', 'A9'],
  ],
  DocumentName: [['DocumentName()', 'sales', 'functions.tsv']],
  DocumentPath: [['DocumentPath()', 'apps/sales', 'functions.tsv']],
  DocumentTitle: [['DocumentTitle()', 'Sales', 'functions.tsv']],
  EngineVersion: [['EngineVersion()', '1.0', 'functions.tsv']],
  FieldElemNo: [
    ["FieldElemNo('x')", '∅', 'functions.tsv: chart only'],
    ['FieldElemNo(1)', '∅', 'functions.tsv: chart only'],
    ['FieldElemNo(Null())', '∅', 'functions.tsv: chart only'],
  ],
  GeoMakePoint: [
    ['GeoMakePoint(57.7,11.97)', '[11.97,57.7]', 'functions.tsv'],
    ['GeoMakePoint(Null(),1)', '∅', 'B4'],
    ["GeoMakePoint('x',1)", '∅', 'A9'],
  ],
  GetCollationLocale: [['GetCollationLocale()', 'en-US', 'help: GetCollationLocale']],
  GetDataModelHash: [['GetDataModelHash()', '∅', 'functions.tsv']],
  GetFolderPath: [
    ['GetFolderPath()', '∅', 'functions.tsv: desktop only'],
    ["GetFolderPath('Desktop')", '∅', 'functions.tsv: desktop only'],
    ['GetFolderPath(Null())', '∅', 'functions.tsv: desktop only'],
  ],
  GetObjectField: [
    ['GetObjectField(0)', '∅', 'functions.tsv: chart only'],
    ['GetObjectField()', '∅', 'functions.tsv: chart only'],
    ["GetObjectField(1,'x')", '∅', 'functions.tsv: chart only'],
  ],
  GetSysAttr: [
    ["GetSysAttr('tenantId')", 'acme', 'help: getsysattr'],
    ["GetSysAttr('spaceId')", "''", 'help: getsysattr'],
    ["GetSysAttr('nothing')", '∅', 'functions.tsv'],
    ['GetSysAttr(Null())', '∅', 'B4'],
  ],
  GetUserAttr: [
    ["GetUserAttr('userName')", 'Ada', 'functions.tsv'],
    ["GetUserAttr('userEmail')", "''", 'functions.tsv'],
    ["GetUserAttr('nothing')", '∅', 'functions.tsv'],
  ],
  Green: [
    ['Green()', 'RGB(0,128,0)#4278222848', 'help: color functions'],
    ['Green(128)', 'ARGB(128,0,128,0)#2147516416', 'help: color functions'],
    ["Green('x')", '∅', 'A9'],
  ],
  HCNoRows: [['HCNoRows()', '∅', 'functions.tsv: chart only']],
  HCValue: [
    ['HCValue(1,1)', '∅', 'functions.tsv: chart only'],
    ['HCValue(Null(),1)', '∅', 'functions.tsv: chart only'],
    ["HCValue('a','b')", '∅', 'functions.tsv: chart only'],
  ],
  HSL: [
    ['HSL(0,1,0.5)', 'RGB(255,0,0)#4294901760', 'arithmetic'],
    ['HSL(0,0,1)', 'RGB(255,255,255)#4294967295', 'arithmetic'],
    ['HSL(Null(),1,1)', '∅', 'B4'],
  ],
  IsPartialReload: [['IsPartialReload()', '#0', 'functions.tsv']],
  LightBlue: [
    ['LightBlue()', 'RGB(0,0,255)#4278190335', 'help: color functions'],
    ['LightBlue(128)', 'ARGB(128,0,0,255)#2147483903', 'help: color functions'],
    ["LightBlue('x')", '∅', 'A9'],
  ],
  LightCyan: [
    ['LightCyan()', 'RGB(0,255,255)#4278255615', 'help: color functions'],
    ['LightCyan(128)', 'ARGB(128,0,255,255)#2147549183', 'help: color functions'],
    ["LightCyan('x')", '∅', 'A9'],
  ],
  LightGray: [
    ['LightGray()', 'RGB(192,192,192)#4290822336', 'help: color functions'],
    ['LightGray(128)', 'ARGB(128,192,192,192)#2160115904', 'help: color functions'],
    ["LightGray('x')", '∅', 'A9'],
  ],
  LightGreen: [
    ['LightGreen()', 'RGB(0,255,0)#4278255360', 'help: color functions'],
    ['LightGreen(128)', 'ARGB(128,0,255,0)#2147548928', 'help: color functions'],
    ["LightGreen('x')", '∅', 'A9'],
  ],
  LightMagenta: [
    ['LightMagenta()', 'RGB(255,0,255)#4294902015', 'help: color functions'],
    ['LightMagenta(128)', 'ARGB(128,255,0,255)#2164195583', 'help: color functions'],
    ["LightMagenta('x')", '∅', 'A9'],
  ],
  LightRed: [
    ['LightRed()', 'RGB(255,0,0)#4294901760', 'help: color functions'],
    ['LightRed(128)', 'ARGB(128,255,0,0)#2164195328', 'help: color functions'],
    ["LightRed('x')", '∅', 'A9'],
  ],
  Magenta: [
    ['Magenta()', 'RGB(128,0,128)#4286578816', 'help: color functions'],
    ['Magenta(128)', 'ARGB(128,128,0,128)#2155872384', 'help: color functions'],
    ["Magenta('x')", '∅', 'A9'],
  ],
  OSUser: [['OSUser()', 'ada', 'functions.tsv']],
  ProductVersion: [['ProductVersion()', '1.0', 'functions.tsv']],
  Red: [
    ['Red()', 'RGB(128,0,0)#4286578688', 'help: color functions'],
    ['Red(128)', 'ARGB(128,128,0,0)#2155872256', 'help: color functions'],
    ["Red('x')", '∅', 'A9'],
  ],
  ReloadTime: [['ReloadTime()', '2024-04-30 06:00:00#45412.25', 'L21']],
  RGB: [
    ['RGB(255,128,0)', 'RGB(255,128,0)#4294934528', 'help: color functions'],
    ['RGB(300,-1,0)', 'RGB(255,0,0)#4294901760', 'functions.tsv'],
    ['RGB(1,2,Null())', '∅', 'B4'],
  ],
  SysColor: [
    ['SysColor(1)', '∅', 'functions.tsv: desktop only'],
    ['SysColor(Null())', '∅', 'functions.tsv: desktop only'],
    ['SysColor(0)', '∅', 'functions.tsv: desktop only'],
  ],
  White: [
    ['White()', 'RGB(255,255,255)#4294967295', 'help: color functions'],
    ['White(128)', 'ARGB(128,255,255,255)#2164260863', 'help: color functions'],
    ["White('x')", '∅', 'A9'],
  ],
  Yellow: [
    ['Yellow()', 'RGB(255,255,0)#4294967040', 'help: color functions'],
    ['Yellow(128)', 'ARGB(128,255,255,0)#2164260608', 'help: color functions'],
    ["Yellow('x')", '∅', 'A9'],
  ],
}
