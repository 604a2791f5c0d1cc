/**
 * Vectors of functions: expression, result, source of the expectation, settings if not the default. Results
 * are written as `text#number` for a dual, `#number`, `∅` for NULL, `''` for the empty text. Sources: a row
 * of the language's semantics (`K4`), the meaning in its function list (functions.tsv), a page of the public
 * help (`help: round`), or arithmetic.
 */
import type { Vectors } from './vector.ts'

export const CONDITION_VECTORS: Vectors = {
  Alt: [
    ["Alt('x',Null(),7)", '#7', 'A13'],
    ["Alt('x','y')", 'y', 'A13'],
    ['Alt(Null(),Null())', '∅', 'A13'],
    ["Alt(Dual('a',3),4)", 'a#3', 'A13'],
    ["Alt(Date#('2012-13-45','YYYY-MM-DD'),Date#('8/6/97','M/D/YY'),'none')", '8/6/97#35648', 'help: alt'],
  ],
  Class: [
    ['Class(23,10)', '20<=x<30#20', 'A14'],
    ["Class(23,10,'x',5)", '15<=x<25#15', 'A14'],
    ["Class(15,10,'x',5)", '15<=x<25#15', 'A14'],
    ['Class(-3,10)', '-10<=x<0#-10', 'A14'],
    ["Class(23,5,'age')", '20<=age<25#20', 'help: class'],
    ["Class('x',10)", '∅', 'B6'],
    ['Class(1,0)', '∅', 'B6'],
    ['Class(Null(),10)', '∅', 'B4'],
  ],
  Coalesce: [
    ["Coalesce(Null(),'',1)", "''", 'B15'],
    ['Coalesce(Null(),Null())', '∅', 'functions.tsv'],
    ["Coalesce(Null(),'x')", 'x', 'functions.tsv'],
  ],
  EmptyIsNull: [
    ["EmptyIsNull('')", '∅', 'functions.tsv'],
    ["EmptyIsNull('a')", 'a', 'functions.tsv'],
    ['EmptyIsNull(Null())', '∅', 'functions.tsv'],
    ['EmptyIsNull(0)', '#0', 'functions.tsv'],
  ],
  FastMatch: [
    ["FastMatch('b','a','b')", '#2', 'functions.tsv'],
    ["FastMatch('x','a','b')", '#0', 'functions.tsv'],
    ["FastMatch(Null(),'a')", '#0', 'functions.tsv'],
  ],
  If: [
    ["If(5,'a','b')", 'a', 'A7'],
    ["If(0,'a','b')", 'b', 'A7'],
    ["If(Null(),'a','b')", 'b', 'B5'],
    ["If('x','a','b')", 'b', 'A7'],
    ["If(0,'a')", '∅', 'functions.tsv'],
    ["If(2>1,Dual('one',1))", 'one#1', 'A1'],
  ],
  IsNull: [
    ['IsNull(Null())', '#-1', 'functions.tsv'],
    ["IsNull('')", '#0', 'B1'],
    ['IsNull(0)', '#0', 'functions.tsv'],
    ["IsNull('x')", '#0', 'functions.tsv'],
  ],
  IsNum: [
    ['IsNum(23)', '#-1', 'A12'],
    ["IsNum('Green')", '#0', 'A12'],
    ["IsNum('33Red')", '#0', 'A12'],
    ['IsNum(Null())', '#0', 'A12'],
    ["IsNum(Dual('a',1))", '#-1', 'A12'],
    ['IsNum(Text(5))', '#-1', 'A9, a text that reads as number'],
    ["IsNum(Left('20120304_report',8))", '#-1', 'L22 to L27'],
  ],
  IsRegEx: [
    ["IsRegEx('[a-z]')", '#-1', 'help: isregex'],
    ["IsRegEx('[a-z')", '#0', 'help: isregex'],
    ["IsRegEx('([a-z)(0-9)+')", '#0', 'help: isregex'],
    ["IsRegEx('\\$|¢(0-9)')", '#-1', 'help: isregex'],
    ["IsText(IsRegEx(']0-1[',1))", '#-1', 'help: isregex'],
  ],
  IsRegExI: [
    ["IsRegExI('[a-z]')", '#-1', 'help: isregex'],
    ["IsRegExI('(')", '#0', 'help: isregex'],
    ["IsRegExI('[a-z]',1)", '#-1', 'help: isregex'],
  ],
  IsText: [
    ["IsText('Green')", '#-1', 'A12'],
    ['IsText(23)', '#0', 'A12'],
    ['IsText(Null())', '#0', 'A12'],
    ["IsText(Dual('a',1))", '#0', 'A12'],
    ["IsText('')", '#-1', 'B15'],
  ],
  Match: [
    ["Match(Null(),'a')", '#0', 'C3'],
    ["Match('Feb','Jan','Feb')", '#2', 'C6'],
    ["Match('feb','Jan','Feb')", '#0', 'C6'],
    ["Match('x','a')", '#0', 'C6'],
    ["Match(2,'01','02')", '#2', 'C8'],
    ['Match(1,Null(),1)', '#2', 'C3'],
  ],
  MatchRegEx: [
    ["MatchRegEx('testSample','test')", '#0', 'help: matchregex'],
    ["MatchRegEx('abc123','[a-z]','[0-9]','[a-z]+[0-9]+','.+')", '#3', 'help: matchregex'],
    ["MatchRegEx('ABC','[abc]+','[123]')", '#0', 'help: matchregex'],
    ["MatchRegEx(Null(),'.*')", '#0', 'C3'],
  ],
  MatchRegExI: [
    ["MatchRegExI('ABC','[abc]+','[123]')", '#1', 'help: matchregex'],
    ["MatchRegExI('x','[abc]+')", '#0', 'help: matchregex'],
    ["MatchRegExI('x','(','x')", '#2', 'help: matchregex'],
  ],
  MixMatch: [
    ["MixMatch('jan','Jan')", '#1', 'C6'],
    ["MixMatch('x','Jan')", '#0', 'C6'],
    ["MixMatch(Null(),'Jan')", '#0', 'C3'],
    ["MixMatch('FEB','jan','feb')", '#2', 'C6'],
  ],
  Pick: [
    ["Pick(1,'A','B',4)", 'A', 'K16'],
    ["Pick(3,'A','B',4)", '#4', 'K16'],
    ["Pick(0,'A')", '∅', 'K16'],
    ["Pick(-1,'A')", '∅', 'K16'],
    ["Pick('x','A')", '∅', 'K16'],
    ["Pick(2.9,'A','B')", 'B', 'help: pick'],
    ["Pick(2,'A','B',4)", 'B', 'K6 to K21'],
    ["Pick(9,'A')", '∅', 'K6 to K21'],
  ],
  WildMatch: [
    ["WildMatch('fex','ja*','fe?','mar')", '#2', 'C6'],
    ["WildMatch('JAN','ja*')", '#1', 'C6'],
    ["WildMatch('','*')", '#1', 'C7'],
    ["WildMatch(Null(),'*')", '#0', 'C3'],
    ["WildMatch('a*c','a*')", '#1', 'C7'],
    ["WildMatch(20120304,'2012*')", '#1', 'C7'],
  ],
}
