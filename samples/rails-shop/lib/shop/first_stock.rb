module Shop
  # What a new database is filled with.
  module FirstStock
    CATEGORIES = %w[Masks Light Curtains Sound Props Paper].freeze

    PRODUCTS = [
      ["comedy-mask", "Comedy mask", "Masks", 3900, "Papier-mâché, painted by hand, and still smiling after the last act."],
      ["tragedy-mask", "Tragedy mask", "Masks", 3900, "The other half of the pair. Matches any first night."],
      ["raven-mask", "Raven half mask", "Masks", 5400, "Leather over linen, with a beak that casts a fine shadow."],
      ["moon-mask", "Moon mask", "Masks", 4600, "Silver leaf on plaster. Best seen by candle or follow spot."],
      ["follow-spot", "Follow spot", "Light", 42900, "Finds the leading lady in the dark and stays with her."],
      ["ghost-light", "Ghost light", "Light", 8900, "One bare bulb on a stand, so that the stage is never left quite alone."],
      ["amber-gel", "Amber gel, ten sheets", "Light", 1250, "Late afternoon in Verona, by the sheet."],
      ["footlights", "Footlights, set of six", "Light", 18400, "Low, warm and flattering, with dimmable lamps."],
      ["velvet-curtain", "Velvet curtain", "Curtains", 36500, "Eight metres of oxblood velvet. Falls without a sound."],
      ["gauze", "Sharkstooth gauze", "Curtains", 14900, "Solid from the front, gone when lit from behind."],
      ["tassel-pair", "Tassels, a pair", "Curtains", 2700, "Gold thread on turned beech."],
      ["rope-and-pulley", "Rope and pulley", "Curtains", 6300, "Hemp rope, brass pulley, and a knot chart."],
      ["thunder-sheet", "Thunder sheet", "Sound", 11800, "A metre and a half of spring steel. The storm is in your wrists."],
      ["wind-machine", "Wind machine", "Sound", 27900, "Canvas over a slatted drum, from breeze to gale."],
      ["coconut-hooves", "Coconut hooves", "Sound", 950, "A pair of halves. Walk, trot or gallop."],
      ["prompt-bell", "Prompt bell", "Sound", 1900, "Clear enough for the bar, soft enough for the wings."],
      ["skull", "Skull named Yorick", "Props", 3300, "Resin, life size, knew a great many jokes."],
      ["retractable-dagger", "Retractable dagger", "Props", 2450, "Is this a dagger? Only just."],
      ["love-letter", "Love letter, sealed", "Props", 650, "Wax seal, deckle edge, unread."],
      ["fainting-couch", "Fainting couch", "Props", 51900, "Buttoned green velvet, tested by three generations of heroines."],
      ["blank-script", "Blank script, A5", "Paper", 1100, "Ninety-six pages, sewn, for the part that you have not been given yet."],
      ["prompt-book", "Prompt book", "Paper", 2200, "Interleaved for cues, with a ribbon for each act."],
      ["playbill-poster", "Playbill poster", "Paper", 1600, "Letterpress on cream stock. Tonight: the understudy."],
      ["ticket-roll", "Ticket roll, 500", "Paper", 1400, "Numbered, perforated, never sold twice."]
    ].freeze
  end
end
