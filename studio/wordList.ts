/** The demo's words: common English words of three to five letters, each with vowels and consonants. */

export const WORDS: readonly string[] = (
  'able acid aged also area army away baby back ball band bank base bath bear beat bell belt bend best bird bite blue boat body ' +
  'bold bone book boot born boss both bowl bulk burn bush busy cake call calm camp card care cart case cash cast cell chat chip ' +
  'city clay clip club coal coat code coin cold come cook cool cope copy core corn cost crab crew crop cube cup dark data date ' +
  'dawn deal dear debt deck deep deer desk dial dice dig diet dirt dish disk dock dog door dot down draw drop drum dual duck ' +
  'dusk dust duty each earn east easy edge eel egg elk elm envy even ever exit face fact fair fall fame farm fast fate fear ' +
  'feed feel fig file film find fine fire firm fish five flag flat flow foam fog food foot fork form fort four fox free frog ' +
  'fuel full fund gain game gap gate gear gem gift girl glad glue goal goat gold golf good gown grab gray grid grow gulf gum ' +
  'gun hair half hall hand hard harm hat hawk heat help herb hero hide high hill hint hip hive hold hole holy home hood hook ' +
  'hope horn host hour huge hunt hut ice idea inch ink iron item jar jazz jet job join joke joy jump jury just keen kick kid ' +
  'kind king kite knee lace lake lamb lamp land lane late lawn lazy lead leaf left lens lime line lion list load loaf lock log ' +
  'long loop loud love luck lump lung maid mail main male mall map mark mask mast mate maze meal meat melt menu mile milk mill ' +
  'mind mint miss mist mole moon moss moth mud mule nail name navy near neck need nest net news next nice nine node noon north ' +
  'nose note nut oak oath odd oil old once open oven over owl pace pack page paid pain pair palm pan park part past path peak ' +
  'pear pen pet pig pile pine pink pipe plan play plot plum poem pole pond pool port post pot pump pure quiz race rack rain ramp ' +
  'rank rare rate raw real red rent rest rice rich ride ring rise risk road roar rock role roof room root rope rose ruby rule ' +
  'run rush safe sail salt sand save seal seat seed self sell send ship shoe shop show side sign silk sing size skin sky slow ' +
  'snow soap sock soft soil solo song soup sour spin spot star stem step stop sugar sun surf swan swim tail tale tall tank tape ' +
  'task team tent term test tide tile time tin tiny toad tone tool torn tour town toy tray tree trip true tube tuna turn twin ' +
  'type unit urge user vast veil vest vine void vote wage walk wall warm wash wave wax wet wide wild wind wine wing wise wolf ' +
  'wood wool work worm yard year yoga zebra zero zone'
).split(' ')
