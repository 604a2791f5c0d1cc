/**
 * Vectors of functions: expression, result, source of the expectation, settings if not the default. Results
 * are written as `text#number` for a dual, `#number`, `∅` for NULL, `''` for the empty text. Sources: a row
 * of the language's semantics (`K4`), the meaning in its function list (functions.tsv), a page of the public
 * help (`help: round`), or arithmetic.
 */
import type { Vectors } from './vector.ts'

export const FINANCE_VECTORS: Vectors = {
  BetaDensity: [
    ['BetaDensity(0.5,2,2)', '#1.5', 'arithmetic'],
    ['BetaDensity(2,2,2)', '∅', 'B6'],
    ['BetaDensity(0.5,1,1)', '#1', 'arithmetic'],
  ],
  BetaDist: [
    ['BetaDist(0.4,2,3)', '#0.5248', 'arithmetic: polynomial'],
    ['BetaDist(2,1,1)', '∅', 'B6'],
    ['BetaDist(0.3,1,1)', '#0.3', 'arithmetic'],
  ],
  BetaInv: [
    ['BetaInv(0.5248,2,3)', '#0.4', 'arithmetic: inverse of BetaDist'],
    ['BetaInv(0.3,1,1)', '#0.3', 'arithmetic'],
    ['BetaInv(2,1,1)', '∅', 'B6'],
  ],
  BinomDist: [
    ['BinomDist(6,10,0.5)', '#0.828125', 'arithmetic'],
    ['BinomDist(11,10,0.5)', '∅', 'B6'],
    ['BinomDist(10,10,0.5)', '#1', 'arithmetic'],
  ],
  BinomFrequency: [
    ['BinomFrequency(6,10,0.5)', '#0.205078125', 'arithmetic'],
    ['BinomFrequency(0,3,0)', '#1', 'arithmetic'],
    ['BinomFrequency(0.5,3,0.1)', '∅', 'B6'],
  ],
  BinomInv: [
    ['BinomInv(0.75,100,0.5)', '#53', 'arithmetic'],
    ['BinomInv(0.5,1,0.6)', '#1', 'arithmetic'],
    ['BinomInv(0,1,0.5)', '∅', 'B6'],
  ],
  BlackAndSchole: [
    ["BlackAndSchole(130,4,68.5,0.4,0.04,'call')", '#11.245096525549', 'help: blackandschole'],
    [
      "Round(BlackAndSchole(100,1,100,0.2,0,'put')-BlackAndSchole(100,1,100,0.2,0,'call'),0.000001)",
      '#0',
      'put-call parity',
    ],
    ["BlackAndSchole(100,1,100,0.2,0,'x')", '∅', 'B6'],
    ["BlackAndSchole(Null(),1,100,0.2,0,'c')", '∅', 'B4'],
  ],
  ChiDensity: [
    ['ChiDensity(2,2)', '#0.18393972058572', 'arithmetic: exp(-1)/2'],
    ['ChiDensity(-1,2)', '∅', 'B6'],
    ['ChiDensity(1,Null())', '∅', 'B4'],
  ],
  ChiDist: [
    ['ChiDist(8,15)', '#0.92378270331547', 'help: chidist'],
    ['ChiDist(-1,15)', '∅', 'B6'],
    ['ChiDist(0,2)', '#1', 'arithmetic'],
  ],
  ChiInv: [
    ['Round(ChiInv(0.9237827,15),0.00001)', '#8', 'help: chiinv'],
    ['ChiInv(0,15)', '∅', 'B6'],
    ['Round(ChiInv(0.5,2),0.0000001)', '#1.3862944', 'arithmetic: 2 ln 2'],
  ],
  Combin: [
    ['Combin(35,7)', '#6724520', 'help: combin'],
    ['Combin(2,3)', '∅', 'B6'],
    ['Combin(35,5)', '#324632', 'K1 to K5, K19'],
  ],
  FDensity: [
    ['FDensity(1,2,2)', '#0.25', 'arithmetic'],
    ['FDensity(-1,2,2)', '∅', 'B6'],
    ['FDensity(1,2,Null())', '∅', 'B4'],
  ],
  FDist: [
    ['FDist(15,8,6)', '#0.0019369069985105', 'help: fdist'],
    ['FDist(-1,8,6)', '∅', 'B6'],
    ['FDist(0,8,6)', '#1', 'arithmetic'],
  ],
  FInv: [
    ['Round(FInv(0.0019369069985105,8,6),0.0001)', '#15', 'help: finv'],
    ['FInv(2,8,6)', '∅', 'B6'],
    ['FInv(0.5,1,1)', '#1', 'arithmetic'],
  ],
  FV: [
    ['FV(0.005,36,-20)', '#786.72209929366', 'help: fv'],
    ['FV(0,10,-5)', '#50', 'arithmetic'],
    ['FV(Null(),1,1)', '∅', 'B4'],
  ],
  GammaDensity: [
    ['GammaDensity(1,1,1)', '#0.36787944117144', 'arithmetic: exp(-1)'],
    ['GammaDensity(-1,1,1)', '∅', 'B6'],
    ['GammaDensity(2,1,2)', '#0.18393972058572', 'arithmetic'],
  ],
  GammaDist: [
    ['GammaDist(2,1,2)', '#0.63212055882856', 'arithmetic: 1-exp(-1)'],
    ['GammaDist(-1,1,1)', '∅', 'B6'],
    ['GammaDist(0,1,1)', '#0', 'arithmetic'],
  ],
  GammaInv: [
    ['Round(GammaInv(0.5,1,1),0.0000001)', '#0.6931472', 'arithmetic: ln 2'],
    ['GammaInv(2,1,1)', '∅', 'B6'],
    ['Round(GammaInv(0.5,1,2),0.0000001)', '#1.3862944', 'arithmetic'],
  ],
  NormDist: [
    ['NormDist(0.5,0,1)', '#0.69146246127401', 'help: normdist'],
    ['NormDist(0)', '#0.5', 'arithmetic'],
    ['NormDist(0,0,1,0)', '#0.39894228040143', 'arithmetic'],
    ['NormDist(1,0,0)', '∅', 'B6'],
  ],
  NormInv: [
    ['Round(NormInv(0.6914624612740131,0,1),0.0000001)', '#0.5', 'help: norminv'],
    ['NormInv(0.5,3,2)', '#3', 'arithmetic'],
    ['NormInv(1,0,1)', '∅', 'B6'],
  ],
  nPer: [
    ['nPer(0.005,-20,0,800)', '#36.555396359192', 'help: nper'],
    ['nPer(0,-10,100)', '#10', 'arithmetic'],
    ['nPer(0.1,0,0)', '∅', 'B6'],
  ],
  Permut: [
    ['Permut(8,3)', '#336', 'help: permut'],
    ['Permut(1.5,1)', '∅', 'B6'],
    ['Permut(2,3)', '∅', 'B6'],
  ],
  Pmt: [
    ['Pmt(0.005,36,5000)', '#-152.10968725778', 'help: pmt'],
    ['Pmt(0,10,100)', '#-10', 'arithmetic'],
    ['Pmt(0.1,1,Null())', '∅', 'B4'],
  ],
  PoissonDensity: [
    ['PoissonDensity(0,1)', '#0.36787944117144', 'arithmetic'],
    ['PoissonDensity(-1,1)', '∅', 'B6'],
    ['PoissonDensity(1,1)', '#0.36787944117144', 'arithmetic'],
  ],
  PoissonDist: [
    ['PoissonDist(2,5)', '#0.12465201948308', 'arithmetic'],
    ['PoissonDist(-1,5)', '∅', 'B6'],
    ['PoissonDist(0,1)', '#0.36787944117144', 'arithmetic'],
  ],
  PoissonFrequency: [
    ['PoissonFrequency(0,1)', '#0.36787944117144', 'arithmetic'],
    ['PoissonFrequency(0.5,1)', '∅', 'B6'],
    ['PoissonFrequency(0,0)', '#1', 'arithmetic'],
  ],
  PoissonInv: [
    ['PoissonInv(0.5,5)', '#5', 'arithmetic'],
    ['PoissonInv(0.1,1)', '#0', 'arithmetic'],
    ['PoissonInv(1,1)', '∅', 'B6'],
  ],
  PV: [
    ['PV(0.07,5,-100)', '#410.01974359476', 'help: pv'],
    ['PV(0,5,-100)', '#500', 'arithmetic'],
    ['PV(0.1,1,0,-110)', '#100', 'arithmetic'],
  ],
  Rand: [
    ['Rand()<1', '#-1', 'functions.tsv'],
    ['Rand()', '#0.25', 'K1 to K5, K19'],
  ],
  RangeIrr: [
    ['RangeIrr(-70000,12000,15000,18000,21000,26000)', '#0.086630948036532', 'help: rangeirr'],
    ['RangeIrr(1,2)', '∅', 'B6'],
    ["RangeIrr(-1,'a',1)", '#0', 'B10'],
  ],
  RangeNpv: [
    ['RangeNpv(0.1,-10000,3000,4200,6800)', '#1188.4434123352', 'help: rangenpv'],
    ['RangeNpv(0,1,2)', '#3', 'arithmetic'],
    ['RangeNpv(0.1,100)', '#90.909090909091', 'arithmetic'],
  ],
  RangeXirr: [
    ["RangeXirr(-2500,'2008-01-01',2750,'2008-09-01')", '#0.15323917190945', 'help: rangexirr'],
    ['RangeXirr(1,2)', '∅', 'B6'],
    ['RangeXirr(-100,0,110,365)', '#0.1', 'arithmetic'],
  ],
  RangeXnpv: [
    ["RangeXnpv(0.1,-2500,'2008-01-01',2750,'2008-09-01')", '#80.25107293225', 'help: rangexnpv'],
    ['RangeXnpv(0,1,2,3,4)', '#4', 'arithmetic'],
    ['RangeXnpv(0.1,110,365,0,0)', '#100', 'arithmetic'],
  ],
  Rate: [
    ['Rate(60,-300,10000)', '#0.021750422873723', 'arithmetic: FV of that rate is 0'],
    ['Rate(10,-10,100)', '#0', 'arithmetic'],
    ['Rate(10,10,100)', '∅', 'B6'],
  ],
  TDensity: [
    ['TDensity(0,1)', '#0.31830988618379', 'arithmetic: 1/Pi'],
    ['TDensity(1,0)', '∅', 'B6'],
    ['TDensity(1,1)', '#0.1591549430919', 'arithmetic'],
  ],
  TDist: [
    ['TDist(1,30,2)', '#0.32530861542603', 'help: tdist'],
    ['TDist(1,30,3)', '∅', 'B6'],
    ['TDist(0,5,1)', '#0.5', 'arithmetic'],
  ],
  TInv: [
    ['Round(TInv(0.32530861542602997,30),0.0000001)', '#1', 'help: tinv'],
    ['TInv(2,30)', '∅', 'B6'],
    ['TInv(0.5,1)', '#1', 'arithmetic'],
  ],
}
