/**
 * Vectors of functions: expression, result, source of the expectation, settings if not the default. Results
 * are written as `text#number` for a dual, `#number`, `∅` for NULL, `''` for the empty text. Sources: a row
 * of the language's semantics (`K4`), the meaning in its function list (functions.tsv), a page of the public
 * help (`help: round`), or arithmetic.
 */
import type { Vectors } from './vector.ts'

export const RANGE_VECTORS: Vectors = {
  NumAvg: [
    ['NumAvg(1,3)', '#2', 'functions.tsv'],
    ["NumAvg('x')", '∅', 'functions.tsv'],
    ['NumAvg(1,Null())', '#1', 'functions.tsv'],
  ],
  NumCount: [
    ["NumCount(1,'x',Null())", '#1', 'functions.tsv'],
    ["NumCount('x')", '#0', 'functions.tsv'],
    ["NumCount('3')", '#1', 'functions.tsv'],
  ],
  NumMax: [
    ['NumMax(1,3)', '#3', 'functions.tsv'],
    ["NumMax('x')", '∅', 'functions.tsv'],
    ['NumMax(1,Null())', '#1', 'functions.tsv'],
  ],
  NumMin: [
    ['NumMin(1,3)', '#1', 'functions.tsv'],
    ["NumMin('x')", '∅', 'functions.tsv'],
    ['NumMin(3,1)', '#1', 'B10'],
  ],
  NumSum: [
    ["NumSum(1,2,'x')", '#3', 'functions.tsv'],
    ['NumSum(Null())', '#0', 'functions.tsv'],
    ['NumSum(1)', '#1', 'functions.tsv'],
  ],
  QlikTechBlue: [
    ['QlikTechBlue()', 'RGB(8,18,90)#4278719066', 'help: color functions'],
    ['QlikTechBlue(128)', 'ARGB(128,8,18,90)#2148012634', 'help: color functions'],
    ["QlikTechBlue('x')", '∅', 'A9'],
  ],
  QlikTechGray: [
    ['QlikTechGray()', 'RGB(158,148,137)#4288582793', 'help: color functions'],
    ['QlikTechGray(128)', 'ARGB(128,158,148,137)#2157876361', 'help: color functions'],
    ["QlikTechGray('x')", '∅', 'A9'],
  ],
  QlikViewVersion: [['QlikViewVersion()', '1.0', 'functions.tsv']],
  QVUser: [['QVUser()', 'ada', 'functions.tsv']],
  RangeAvg: [
    ['RangeAvg(1,2,4)', '#2.3333333333333', 'help: rangeavg'],
    ["RangeAvg(5,'abc')", '#5', 'help: rangeavg'],
    ["RangeAvg('abc')", '∅', 'B10'],
    ['RangeAvg(1,2,Null())', '#1.5', 'B10'],
  ],
  RangeCorrel: [
    ['RangeCorrel(1,2,2,4,3,6)', '#1', 'arithmetic'],
    ['RangeCorrel(1,1,2,-1)', '#-1', 'arithmetic'],
    ['RangeCorrel(1,1,1,2)', '∅', 'B6'],
  ],
  RangeCount: [
    ['RangeCount(1,2,4)', '#3', 'help: rangecount'],
    ["RangeCount(5,'abc')", '#2', 'help: rangecount'],
    ['RangeCount(Null())', '#0', 'help: rangecount'],
    ["RangeCount('')", '#1', 'B8'],
    ["RangeCount(5,'abc',Null())", '#2', 'B10'],
  ],
  RangeFractile: [
    ['RangeFractile(0.24,1,2,4,6)', '#1.72', 'help: rangefractile'],
    ['RangeFractile(0.5,1,2,3,4,6)', '#3', 'help: rangefractile'],
    ['RangeFractile(0.5,1,2,5,6)', '#3.5', 'help: rangefractile'],
    ["RangeFractile(0.5,'a')", '∅', 'B10'],
    ['RangeFractile(1.5,1,2)', '∅', 'B6'],
  ],
  RangeFractileExc: [
    ['RangeFractileExc(0.25,1,2,3,4)', '#1.25', 'arithmetic'],
    ['RangeFractileExc(0.1,1,2)', '∅', 'B6'],
    ['RangeFractileExc(0.5,Null())', '∅', 'B10'],
  ],
  RangeKurtosis: [
    ['RangeKurtosis(1,2,4,7)', '#-0.28571428571429', 'help: rangekurtosis'],
    ['RangeKurtosis(1,2,3)', '∅', 'B6'],
    ["RangeKurtosis('a')", '∅', 'help: rangekurtosis'],
  ],
  RangeMax: [
    ['RangeMax(1,2,4)', '#4', 'help: rangemax'],
    ["RangeMax(5,'abc')", '#5', 'help: rangemax'],
    ["RangeMax(Null(),'a')", '∅', 'B10'],
    ['RangeMax(3,1,2)', '#3', 'B10'],
  ],
  RangeMaxString: [
    ['RangeMaxString(1,2,4)', '4', 'help: rangemaxstring'],
    ["RangeMaxString('xyz','abc')", 'xyz', 'help: rangemaxstring'],
    ["RangeMaxString(5,'abc')", 'abc', 'help: rangemaxstring'],
    ['RangeMaxString(Null())', '∅', 'help: rangemaxstring'],
    ["RangeMaxString('a','c','b')", 'c', 'B10'],
  ],
  RangeMin: [
    ['RangeMin(1,2,4)', '#1', 'help: rangemin'],
    ["RangeMin(5,'abc')", '#5', 'help: rangemin'],
    ["RangeMin(Null(),'a')", '∅', 'B10'],
    ['RangeMin(3,1,2)', '#1', 'B10'],
  ],
  RangeMinString: [
    ['RangeMinString(1,2,4)', '1', 'help: rangeminstring'],
    ["RangeMinString('xyz','abc')", 'abc', 'help: rangeminstring'],
    ["RangeMinString(5,'abc')", '5', 'help: rangeminstring'],
    ['RangeMinString(Null())', '∅', 'help: rangeminstring'],
    ["RangeMinString('b','a')", 'a', 'B10'],
  ],
  RangeMissingCount: [
    ['RangeMissingCount(1,2,4)', '#0', 'help: rangemissingcount'],
    ["RangeMissingCount(5,'abc')", '#1', 'help: rangemissingcount'],
    ['RangeMissingCount(Null())', '#1', 'help: rangemissingcount'],
  ],
  RangeMode: [
    ['RangeMode(1,2,9,2,4)', '#2', 'help: rangemode'],
    ["RangeMode('a',4,'a',4)", '∅', 'help: rangemode'],
    ['RangeMode(Null())', '∅', 'help: rangemode'],
    ['RangeMode(1,2,2)', '#2', 'B10'],
    ['RangeMode(1,2)', '∅', 'B10'],
  ],
  RangeNullCount: [
    ['RangeNullCount(1,2,4)', '#0', 'help: rangenullcount'],
    ["RangeNullCount(5,'abc')", '#0', 'help: rangenullcount'],
    ['RangeNullCount(Null(),Null())', '#2', 'help: rangenullcount'],
    ["RangeNullCount(3,'a',Null())", '#1', 'B10'],
  ],
  RangeNumericCount: [
    ["RangeNumericCount(5,'abc')", '#1', 'help: rangenumericcount'],
    ["RangeNumericCount('abc')", '#0', 'help: rangenumericcount'],
    ["RangeNumericCount(Null(),'3')", '#1', 'A9'],
    ["RangeNumericCount(3,'a')", '#1', 'B10'],
  ],
  RangeOnly: [
    ['RangeOnly(10,15,20)', '∅', 'help: rangeonly'],
    ["RangeOnly('ABC','ABC')", 'ABC', 'help: rangeonly'],
    ['RangeOnly(Null(),1)', '#1', 'help: rangeonly'],
    ['RangeOnly(3,3,Null())', '#3', 'B10'],
    ['RangeOnly(3,4)', '∅', 'B10'],
  ],
  RangeSkew: [
    ['RangeSkew(1,2,4)', '#0.93521952958282', 'help: rangeskew, last digit rounded'],
    ['RangeSkew(1,2)', '∅', 'B6'],
    ['RangeSkew(Null())', '∅', 'help: rangeskew'],
  ],
  RangeStDev: [
    ['RangeStDev(1,2,4)', '#1.5275252316519', 'help: rangestdev'],
    ['RangeStDev(Null())', '∅', 'help: rangestdev'],
    ['RangeStDev(1)', '∅', 'B6'],
    ['RangeStDev(2,4)', '#1.4142135623731', 'B10'],
  ],
  RangeSum: [
    ['RangeSum(1,2,4)', '#7', 'help: rangesum'],
    ["RangeSum(5,'abc')", '#5', 'B10'],
    ['RangeSum(Null())', '#0', 'B10'],
    ["RangeSum('2',3)", '#5', 'A9'],
    ['RangeSum(1,2,Null(),3)', '#6', 'B10'],
  ],
  RangeTextCount: [
    ["RangeTextCount(5,'abc')", '#1', 'help: rangetextcount'],
    ['RangeTextCount(5,1)', '#0', 'help: rangetextcount'],
    ['RangeTextCount(Null())', '#0', 'help: rangetextcount'],
    ["RangeTextCount(3,'a',Null())", '#1', 'B10'],
  ],
}
