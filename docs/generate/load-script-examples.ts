/**
 * The examples of docs/reference/load-script.md, in the order in which they run as one script, and the format
 * items.
 */

export interface ShownExample {
  readonly title: string
  readonly rows: readonly (readonly [meaning: string, example: string])[]
}

export const EXAMPLES: readonly ShownExample[] = [
  {
    title: 'Variables and expansion',
    rows: [
      ['Text as it stands', 'SET vFormat = DD/MM/YYYY;'],
      ['Value of an expression', 'LET vYears = 2 * 3;'],
      ['The same without the word', 'vNext = vYears + 1'],
      ['A variable in any statement; `$(#v)` as a number', 'TRACE $(vYears) in $(vFormat), $(#vNext);'],
      ['An expression in any statement', "TRACE $(=Upper('done'));"],
      ['A macro with parameters', 'SET vAdd = $1 + $2;\nLET vSum = $(vAdd(1, 2));'],
      ['Script of another file, if it is there', '$(Include=lib://DataFiles/subs.qvs);'],
      ['... and it must be there', '$(Must_Include=lib://DataFiles/subs.qvs);'],
    ],
  },
  {
    title: 'Sources of LOAD',
    rows: [
      ['Rows in the script', 'Sales: LOAD * INLINE [id,k,amount\n1,a,10\n2,b,20\n3,a,5];'],
      [
        'A table loaded before',
        'Large: LOAD id AS large RESIDENT Sales WHERE amount > 9 ORDER BY amount DESC;',
      ],
      ['Rows from nothing', 'Days: LOAD Date(45000 + RecNo()) AS day AUTOGENERATE 31;'],
      ['A file', 'Regions: LOAD k, Upper(region) AS region FROM [lib://DataFiles/regions.csv] (txt);'],
      ['The LOAD below it', 'Twice: LOAD total * 2 AS twice;\nLOAD Sum(amount) AS total RESIDENT Sales;'],
      ['Groups', 'ByKey: LOAD k AS key, Sum(amount) AS sum, Count(id) AS count RESIDENT Sales GROUP BY k;'],
      [
        'The values of a field, read as a file',
        "Raw: LOAD 'p;q' & Chr(10) & '1;2' AS raw AUTOGENERATE 1;\nParsed: LOAD p, q FROM_FIELD (Raw, raw) (txt, delimiter is ';');",
      ],
      ['Each row once', 'Keys: LOAD DISTINCT k AS once RESIDENT Sales;'],
      ['A row again and again', 'Steps: LOAD id AS step, IterNo() AS n RESIDENT Sales WHILE IterNo() <= id;'],
    ],
  },
  {
    title: 'Prefixes of LOAD',
    rows: [
      ['Behind another table', 'CONCATENATE (Sales) LOAD * INLINE [id,k,amount\n4,c,7];'],
      ['Never behind one', 'Copy: NOCONCATENATE LOAD * RESIDENT Sales;'],
      ['Joined: `INNER`, `LEFT`, `RIGHT`, `OUTER`', 'LEFT JOIN (Copy) LOAD k, region RESIDENT Regions;'],
      [
        'Both kept apart: `INNER`, `LEFT`, `RIGHT`',
        'Kept: LEFT KEEP (Sales) LOAD k, 1 AS flag RESIDENT Regions;',
      ],
      ['For ApplyMap, MapSubString and RENAME', 'Names: MAPPING LOAD * INLINE [from,to\na,Ada\nb,Ben];'],
      ['The first rows', 'Few: FIRST 2 LOAD id AS few RESIDENT Sales;'],
      ['A share of the rows, by chance', 'Some: SAMPLE 0.5 LOAD id AS some RESIDENT Sales;'],
      [
        'A cached result: there is none, the rows are always read',
        'BUFFER Cached: LOAD 1 AS cached AUTOGENERATE 1;',
      ],
      [
        'Columns become rows: attribute, data, leading fields that stay (1). NULL gives no row, an empty text does',
        'Budget: CROSSTABLE (month, plan, 1) LOAD * INLINE [dept,Jan,Feb\nA,1,2\nB,3,4];',
      ],
      [
        'Each point of a loaded field with the intervals that it lies in. Limits belong to it; a limit that is no number drops it',
        'Rates: LOAD * INLINE [low,high,rate\n0,9,1\n10,99,2];\nMatched: INTERVALMATCH (amount) LOAD low, high RESIDENT Rates;',
      ],
      [
        '... that has the same keys too; joined',
        'Limits: LOAD * INLINE [from,to,k\n0,9,a\n9,99,b];\nLEFT JOIN (Sales) INTERVALMATCH (amount, k) LOAD from, to, k RESIDENT Limits;',
      ],
      [
        'A table for each attribute, `Facts.colour`, `Facts.size`',
        'Facts: GENERIC LOAD * INLINE [thing,attribute,value\n1,colour,red\n1,size,5];',
      ],
      [
        'Levels, parent, path and depth of rows that name their parent',
        "Places: HIERARCHY (place, within, title, above, title, way, '/', depth) LOAD * INLINE [place,within,title\n1,,Europe\n2,1,UK];",
      ],
      [
        'Every ancestor of such rows, and themselves',
        'Above: HIERARCHYBELONGSTO (node, parent, label, ancestor, ancestorLabel, distance) LOAD * INLINE [node,parent,label\n1,,Europe\n2,1,UK];',
      ],
      [
        'Rows that insert, update and delete others by keys; a full reload merges them with each other only',
        'MERGE (nr, vNr) ON code Codes: LOAD * INLINE [op,nr,code,name\nInsert,1,a,Ada\nUpdate,2,a,Adam\nDelete,3,b,];',
      ],
      ['In a partial reload too: `ADD`, `REPLACE`, `ONLY`', 'ADD LOAD * INLINE [id,k,amount\n5,a,1];'],
    ],
  },
  {
    title: 'Tables and files',
    rows: [
      ['Store a table', 'STORE Sales INTO [lib://DataFiles/sales.csv] (txt);'],
      ['... or fields of it', 'STORE id, k AS key FROM Sales INTO [lib://DataFiles/keys.parquet] (parquet);'],
      ['... with all its values as they are', 'STORE Sales INTO [lib://DataFiles/sales.qvd] (qvd);'],
      [
        'Load from a QVD',
        'FromQvd: LOAD id AS qid, amount AS qamount FROM [lib://DataFiles/sales.qvd] (qvd);',
      ],
      [
        'What a QVD says of itself',
        "LET rows = QvdNoOfRecords('lib://DataFiles/sales.qvd');\nLET made = QvdCreateTime('lib://DataFiles/sales.qvd');",
      ],
      ['Remove tables', 'DROP TABLES Few, Keys;'],
      ['Remove fields', 'DROP FIELD flag FROM Kept;'],
      [
        'Remove mapping tables, variables',
        'Spare: MAPPING LOAD 1 AS k, 2 AS v AUTOGENERATE 1;\nDROP MAPPING TABLE Spare;\nDROP VARIABLE vSpare;',
      ],
      ['Rename fields, tables', 'RENAME FIELD large TO big;\nRENAME TABLE Large TO Big;'],
      ['... by a mapping table', 'RENAME FIELDS USING Names;'],
      [
        'Names with the table in front',
        'QUALIFY *;\nUNQUALIFY id;\nT: LOAD 1 AS id, 2 AS v AUTOGENERATE 1;\nUNQUALIFY *;',
      ],
      ['Where relative paths begin', 'DIRECTORY [lib://DataFiles];'],
    ],
  },
  {
    title: 'Names and values as they are stored',
    rows: [
      ['Other names in later loads', 'ALIAS nr AS number;\nAliased: LOAD 1 AS nr AUTOGENERATE 1;'],
      [
        'Mapped values in later loads; expressions see them unmapped',
        "MAP initial USING Names;\nMapped: LOAD 'a' AS initial AUTOGENERATE 1;\nUNMAP initial;",
      ],
      [
        'NULL becomes the value of `NullValue`, or an empty text',
        'SET NullValue = none;\nNULLASVALUE hole;\nFilled: LOAD Null() AS hole AUTOGENERATE 1;\nNULLASNULL hole;',
      ],
      ['Integers for values, in all tables; names with `USING` share them', 'AUTONUMBER step USING keys;'],
      [
        'Tags and comments of fields and tables; `USING` takes them from a mapping table',
        "TAG FIELD id WITH '$key', mine;\nUNTAG FIELD id WITH mine;\nCOMMENT FIELD id WITH 'of the sale';\nCOMMENT TABLE Sales WITH 'all of them';",
      ],
      [
        'Fields that are hidden by their names: tagged `$hidden`',
        "SET HidePrefix='_';\nSET HideSuffix='_id';",
      ],
      [
        'Calculated fields over others: kept with the data, not computed yet',
        'Calendar: DECLARE FIELD DEFINITION TAGGED $date FIELDS Year($1) AS Year, Month($1) AS Month;\nDERIVE FIELDS FROM FIELDS day USING Calendar;',
      ],
      [
        'Tables of access rights: kept apart, in upper case, not applied yet',
        'SECTION ACCESS;\nRights: LOAD * INLINE [ACCESS,USERID\nADMIN,ME];\nSECTION APPLICATION;',
      ],
    ],
  },
  {
    title: 'Control',
    rows: [
      [
        'Branches',
        "IF NoOfRows('Sales') > 0 THEN\nTRACE rows;\nELSEIF vYears = 6 THEN\nTRACE six;\nELSE\nTRACE none;\nEND IF",
      ],
      ['By value', 'SWITCH vYears\nCASE 6\nTRACE six;\nDEFAULT\nTRACE other;\nEND SWITCH'],
      ['Counted', 'FOR i = 1 TO 3 STEP 2\nTRACE $(i);\nNEXT i'],
      [
        'Over values, files, folders',
        "FOR EACH f IN 'a', FileList('lib://DataFiles/*.csv'), FieldValueList('k')\nTRACE $(f);\nNEXT f",
      ],
      ['While and until', 'DO WHILE vNext < 9\nLET vNext = vNext + 1;\nLOOP'],
      ['Subroutines', 'SUB Grow(x)\nLET x = x + 1;\nEXIT SUB WHEN x > 5;\nEND SUB\nCALL Grow(vNext)'],
      ['A condition before a statement', 'WHEN vNext > 100 DROP TABLE Sales;'],
      ['Wait, in milliseconds', 'SLEEP 1;'],
      [
        'A label, and a LOAD without a source, wait for the next LOAD that runs',
        'Waiting: LOAD w * 2 AS doubled;\nIF vYears = 6 THEN\nLOAD w WHERE w > 1;\nEND IF\nLOAD RecNo() AS w AUTOGENERATE 3;',
      ],
      ['Text into the progress and the log', 'TRACE nearly there;'],
      ['A remark, also `//` and `/* */`', 'REM nothing happens;'],
      ['The end: `SCRIPT`, `SUB`, `FOR`, `DO`; `WHEN`, `UNLESS`', 'EXIT SCRIPT UNLESS vNext = 0;'],
    ],
  },
]

export const FORMAT_ITEMS: readonly (readonly [item: string, meaning: string])[] = [
  ['txt', 'delimited text'],
  ['parquet', 'Parquet'],
  [
    'fix',
    'fixed width: fields are byte positions, `@1:5`, `@6:n`, with a letter `T N I U R B` for their kind',
  ],
  ['ooxml', 'a sheet of an Excel workbook, xlsx'],
  ['biff', 'the same of an old workbook, xls'],
  ['xmlSimple', 'elements of XML as rows'],
  ['html', 'a table of a page'],
  ['json', 'objects of JSON as rows'],
  ['qvx', 'what connectors write'],
  [
    'table is Sales',
    'the sheet or named range of a workbook, the first without it; a path in XML or JSON; `@2` of a page',
  ],
  ['embedded labels', 'the first row has the field names (default)'],
  ['no labels', 'fields are `@1`, `@2` ..., in a workbook `A`, `B` ...'],
  [
    "delimiter is ';'",
    "default `,`; `'\\t'` is a tab, `spaces` any number of blanks and of characters below them",
  ],
  [
    'msq',
    'quotes are `"` and may hold delimiters, line ends and doubled quotes; without it `\'` and `"` both quote',
  ],
  ['no quotes', 'quotes are data'],
  ['no eof', 'the character 0x1A is data; without it, it ends a delimited text'],
  ['header is 2 lines', 'skips lines, or bytes, before the labels'],
  ['record is 80', 'the size of a fixed-width record in bytes, or `2 lines`; default one line'],
  ['tab is 8', 'tabs of a fixed-width file stand for blanks up to the next multiple'],
  ["comment is '#'", 'skips lines that begin with it'],
  ['utf8', 'character set, see below'],
  ['codepage is 1252', 'character set by number'],
]
