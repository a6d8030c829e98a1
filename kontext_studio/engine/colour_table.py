"""Colours by name: one line per family, each entry a name and its sRGB value.

The everyday names carry values that a photographed object can have (a painted "red" is not
#FF0000); names of the web palette and of designers' charts keep the values they are known for.
"""

from __future__ import annotations

# A family is the everyday word a person would use for the colour at a glance.
FAMILIES: dict[str, str] = {
    "red": """
        red c8202a, crimson dc143c, scarlet e0301e, ruby 9b111e, cherry red a81c2d,
        cherry a81c2d, brick red a23b2a, brick a23b2a, fire brick b22222, blood red 7a0c14,
        burgundy 6b1329, maroon 6a1220, wine 722f37, oxblood 5a1216, cardinal c41e3a,
        vermilion e34234, vermillion e34234, carmine 960018, claret 7f1734, tomato ff6347,
        tomato red e2412b, indian red cd5c5c, rust red 9c3a22, cranberry 9e1b3c, garnet 733635,
        raspberry d12a5e, lipstick red c21a2f, dark red 8b0000, rosewood 65000b, poppy e1422b,
        strawberry d53e50
    """,
    "orange": """
        orange f07d1c, tangerine f28500, pumpkin e6721a, amber f2a516, apricot fbb982,
        rust b5451b, terracotta c8664a, terra cotta c8664a, burnt orange c4561a,
        dark orange ff8c00, orange red ff4500, coral ff7256, salmon fa8072, light salmon ffa07a,
        dark salmon e9967a, peach ffcba4, peach puff ffdab9, copper b4693c, bronze a4702f,
        papaya ff9e6b, clay b8704f, persimmon ec5800, carrot ed7117, cinnamon b5651d,
        melon fdbcb4, safety orange ff6a13, international orange e9592f
    """,
    "yellow": """
        yellow f4d21f, gold d4a52a, golden d9a826, golden yellow f2b81c, mustard d3a11e,
        lemon f6e64a, lemon yellow f6e64a, canary ffef00, sunflower f7b718, saffron f0b323,
        ochre c68a26, ocher c68a26, honey dd9f1e, dandelion f0e130, maize f2d36b, khaki c3b091,
        goldenrod daa520, golden rod daa520, dark goldenrod b8860b, butter f7e69c, straw e1cf82,
        blonde e0bf80, blond e0bf80, citrine e4d00a, light yellow fff8b8, lemon chiffon fffacd,
        corn silk fff8dc, cornsilk fff8dc, champagne f3ddb8, pale goldenrod eee8aa,
        moccasin ffe4b5, papaya whip ffefd5, banana f6e07a
    """,
    "green": """
        green 1f8f3c, forest green 1d6136, forest 1d6136, emerald 109a5b, jade 0f9b6c,
        olive 6f7326, olive green 6f7a2c, olive drab 6b8e23, lime 8fd420, lime green 5ec639,
        sage 9caf88, mint 9fe0bd, moss 6f7d3b, hunter green 355e3b, pine 1c5a49, fern 4f7942,
        sea green 2e8b57, medium sea green 3cb371, light sea green 20b2aa, dark green 0d4f22,
        spring green 3fe08a, chartreuse a6e61a, pistachio 93c572, avocado 667c26,
        apple green 7db51f, grass 4b9b35, leaf green 4f9e3a, bottle green 0b4a36,
        racing green 0c4a2f, british racing green 0c4a2f, army green 4b5320, kelly green 36ab2e,
        shamrock 2f9e5d, lawn green 7cfc00, pale green 98fb98, yellow green 9acd32,
        green yellow adff2f, celadon ace1af, basil 4c6b3c, eucalyptus 7a9e86, evergreen 14513a,
        matcha a9b665, pea green 8eab3a, malachite 0bae51, laurel a9ba9d, honeydew f0fff0,
        viridian 40826d
    """,
    "teal": """
        teal 137f80, turquoise 30c9bd, aqua 3fd6d6, cyan 1cc8dc, aquamarine 7fffd4,
        petrol 0f5965, dark cyan 008b8b, dark turquoise 00ced1, medium turquoise 48d1cc,
        pale turquoise afeeee, light cyan e0ffff, cadet blue 5f9ea0, sea foam 9fe2bf,
        seafoam 9fe2bf, duck egg c3dfd8, peacock 0c6b78, lagoon 1b8a9a
    """,
    "blue": """
        blue 2450c4, navy 14244e, navy blue 14244e, cobalt 1147b4, cobalt blue 1147b4,
        royal blue 2d57d6, sky blue 7cc0ea, sky 7cc0ea, baby blue 9dcbef, azure 2f86e0,
        cerulean 2186b8, sapphire 1149a0, denim 3b618f, indigo 35288c, ultramarine 2a28a6,
        midnight blue 191e5a, midnight 191e5a, steel blue 4682b4, slate blue 6a5acd,
        powder blue b4d8e7, dodger blue 1e90ff, cornflower 6495ed, cornflower blue 6495ed,
        deep sky blue 00bfff, light sky blue 87cefa, alice blue f0f8ff, ice blue cfe6f2,
        electric blue 1f6dff, prussian blue 12304d, oxford blue 14284b, cadet 536878,
        medium blue 0000cd, dark blue 101c78, light steel blue b0c4de, dark slate blue 483d8b,
        bluebell 8f9ce0, klein blue 0a2fb0, ocean 136a9e, ocean blue 136a9e, marine 0e4c7a,
        light blue 9cc9ec, dusty blue 7e9ab5, periwinkle a4a8ee
    """,
    "purple": """
        purple 7a2cb8, violet 7d3fc8, lavender b9a3e3, lilac c2a0cf, plum 7c2e63,
        aubergine 472245, eggplant 472245, mauve b487a8, amethyst 9457c2, orchid c65fc2,
        magenta d4158f, fuchsia e0259f, mulberry 86305b, grape 5e2a7e, royal purple 5b2a9d,
        blue violet 8a2be2, dark violet 9400d3, dark orchid 9932cc, dark magenta 8b008b,
        rebecca purple 663399, medium purple 9370db, thistle d8bfd8, wisteria a47fc4,
        heather 9a7aa0, iris 5a4fcf, deep purple 471778, byzantium 702963
    """,
    "pink": """
        pink f08fb4, rose e0567f, hot pink f53d94, blush eebfc0, salmon pink ff91a4,
        bubblegum fc8fc4, deep pink ff1493, light pink ffb6c1, pale violet red db7093,
        baby pink f7c4d4, dusty rose c58a8e, dusty pink cf9a9c, rose gold c98a7c,
        flamingo fc7fa0, coral pink f6827c, cerise de3163, watermelon f2556b,
        shocking pink fb1c9a, carnation f79ab8, ballet pink f3cfd3, misty rose ffe4e1,
        neon pink ff3fa4, old rose b9767b, peony df7fa0, light coral f08080,
        lavender blush fff0f5, millennial pink f3cfc6
    """,
    "brown": """
        brown 6f4426, chocolate 5a3320, chestnut 7a3b24, coffee 5b4031, mocha 7c5a45,
        tan c9a272, caramel b9793a, walnut 5b4433, oak b48a5a, mahogany 5f2417, umber 5f4a35,
        sienna 9a4f2d, burnt sienna a5492a, saddle brown 8b4513, sandy brown e0a263,
        sand d6bd92, camel bd935c, taupe 8b7d70, espresso 3c2820, cognac 91482a, hazel 8e6b3d,
        cocoa 6c4836, toffee a26a3a, fawn c9a37a, peru cd853f, rosy brown bc8f8f,
        burlywood deb887, burly wood deb887, tawny b56a32, russet 80461b, bistre 3d2b1f,
        sepia brown 70421f, hickory 6b4a32, truffle 6a5a4e, leather brown 8b5a33
    """,
    "white": """
        white f4f4f2, off white f3efe6, ivory f6f1e0, cream f4e8cd, beige e2d3b7,
        snow white fafafa, pearl eae4d9, eggshell f0ead6, bone e3dac9, alabaster efebe0,
        linen eee3d3, ecru d7c7a4, old lace fdf5e6, antique white faebd7, seashell fff5ee,
        floral white fffaf0, ghost white f8f8ff, mint cream f5fffa, white smoke f5f5f5,
        vanilla f3e5ab, oatmeal ddcfb9, porcelain f1eee8, milk f6f3ec, chalk f0efea,
        parchment f1e9d2, wheat f0d9ae, bisque ffe4c4, blanched almond ffebcd,
        navajo white ffdead, almond ecdcc4, stone c9c0b0
    """,
    "gray": """
        gray 858585, silver b9bcc0, charcoal 36393d, slate 5c6875, slate gray 708090,
        ash a9aba6, graphite 46484c, gunmetal 3a4046, dove gray b5b1ab, dim gray 696969,
        light gray cfcfcf, dark gray 555555, pewter 8d9093, steel 71797e, steel gray 71797e,
        smoke 9b9da0, fog gray c8cbcc, concrete a6a39e, anthracite 2e3236, gainsboro dcdcdc,
        light slate gray 778899, dark slate gray 2f4f4f, studio gray 8a8a8a, lead 5d5f60,
        platinum d6d5d2, greige b9ada0, stone gray 95918a, battleship gray 848482
    """,
    "black": """
        black 161616, jet black 0b0b0b, jet 0b0b0b, onyx 1c1d20, ebony 221f1e, ink 141a26,
        midnight black 10131a, raven 14151b, obsidian 0e0f13, soot 1d1c1b, noir 121212,
        coal 1e1f21, piano black 080808
    """,
}
