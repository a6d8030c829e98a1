"""Instructions in other languages, by language; none of them was used to choose words."""

from __future__ import annotations

FOREIGN = {
    "German": """Mach die Wand im Wohnzimmer dunkelgrün
        Bitte lösche den Müll auf der Straße
        Füge links neben dem Sofa eine Stehlampe hinzu
        Verwandle das Foto in ein Ölgemälde
        Gib der Frau einen roten Hut
        Tausche die Schrift auf dem Plakat aus
        Der Himmel soll wie bei Sonnenuntergang aussehen""",
    "Dutch": """Maak de muur achter de bank donkergroen
        Verwijder de prullenbak naast het bankje
        Geef de man een strohoed
        Vervang de auto door een bakfiets""",
    "Swedish": """Gör väggen mörkgrön
        Ta bort papperskorgen bredvid bänken
        Byt ut bilen mot en cykel
        Ge kvinnan en röd hatt""",
    "Danish": """Gør væggen mørkegrøn
        Fjern skraldespanden ved siden af bænken
        Giv kvinden en rød hat på""",
    "Norwegian": """Gjør veggen mørkegrønn
        Fjern søppelkassen ved siden av benken
        Bytt ut bilen med en sykkel""",
    "Finnish": """Muuta seinä tummanvihreäksi
        Poista roskakori penkin vierestä kuvasta
        Vaihda auto polkupyörään ja lisää lunta taustalle""",
    "French": """Peins le mur du salon en vert foncé
        Enlève la poubelle à côté du banc
        Donne un chapeau rouge à la dame
        Transforme cette photo en aquarelle
        Fais en sorte que le ciel soit orageux
        Remplacez les fleurs par des tournesols""",
    "Spanish": """Pinta la pared del salón de verde oscuro
        Quita el cubo de basura que está junto al banco
        Ponle un sombrero rojo a la señora
        Convierte esta foto en una acuarela
        Que el cielo parezca de tormenta
        Cambia las flores por girasoles""",
    "Portuguese": """Pinte a parede da sala de verde escuro
        Tire a lixeira que está ao lado do banco
        Coloque um chapéu vermelho na senhora
        Transforme esta foto em uma aquarela
        Troque as flores por girassóis""",
    "Italian": """Dipingi la parete del soggiorno di verde scuro
        Togli il cestino accanto alla panchina
        Metti un cappello rosso alla signora
        Trasforma questa foto in un acquerello
        Sostituisci i fiori con dei girasoli""",
    "Catalan": """Pinta la paret del menjador de verd fosc
        Treu la paperera que hi ha al costat del banc""",
    "Romanian": """Vopsește peretele din sufragerie în verde închis
        Scoate coșul de gunoi de lângă bancă
        Înlocuiește florile cu floarea soarelui""",
    "Polish": """Pomaluj ścianę w salonie na ciemnozielono
        Usuń kosz na śmieci obok ławki
        Zamień kwiaty na słoneczniki
        Zrob z tego zdjecia akwarele""",
    "Czech": """Vymaluj stěnu v obýváku na tmavě zeleno
        Odstraň odpadkový koš vedle lavičky
        Vyměň květiny za slunečnice a přidej mraky na oblohu""",
    "Slovak": """Odstráň odpadkový kôš vedľa lavičky
        Zmeň farbu steny na tmavozelenú""",
    "Croatian": """Oboji zid u dnevnoj sobi u tamnozeleno
        Ukloni kantu za smeće pored klupe""",
    "Slovenian": """Odstrani koš za smeti ob klopi
        Spremeni barvo stene v temno zeleno""",
    "Hungarian": """Fesd a falat sötétzöldre a nappaliban
        Tüntesd el a szemetest a pad mellől
        Cseréld le a virágokat napraforgóra""",
    "Turkish": """Salon duvarını koyu yeşile boya ve bir lamba ekle
        Bankın yanındaki çöp kutusunu kaldır
        Bu fotoğrafı suluboya resme dönüştür""",
    "Vietnamese": """Sơn tường phòng khách màu xanh đậm
        Xóa thùng rác bên cạnh ghế đá
        Biến ảnh này thành tranh màu nước""",
    "Indonesian": """Cat dinding ruang tamu dengan warna hijau tua
        Hilangkan tempat sampah di samping bangku
        Ganti bunga dengan bunga matahari""",
    "Tagalog": """Pinturahan ng berde ang dingding
        Alisin ang basurahan sa tabi ng upuan""",
    "Lithuanian": """Pašalink šiukšliadėžę prie suoliuko
        Pakeisk gėles į saulėgrąžas ir padaryk dangų tamsesnį""",
    "Latvian": """Noņem atkritumu urnu pie soliņa
        Nomaini ziedus uz saulespuķēm""",
    "Estonian": """Eemalda prügikast pingi kõrvalt
        Muuda sein tumeroheliseks ja lisa lamp""",
    "Swahili": """Ondoa pipa la taka kando ya benchi
        Badilisha rangi ya ukuta iwe kijani""",
    "Afrikaans": """Verwyder die vullisblik langs die bankie
        Verander die kleur van die muur na donkergroen""",
    "Icelandic": """Fjarlægðu ruslatunnuna við hliðina á bekknum
        Breyttu litnum á veggnum í dökkgrænan""",
    "Basque": """Kendu zakarrontzia bankuaren ondoan
        Aldatu hormaren kolorea berde ilunera""",
    "Welsh": """Tynnwch y bin sbwriel wrth ymyl y fainc
        Newidiwch liw y wal i wyrdd tywyll""",
    "Russian": """Покрась стену в тёмно-зелёный цвет
        Убери мусорное ведро рядом со скамейкой""",
    "Ukrainian": """Пофарбуй стіну в темно-зелений колір""",
    "Bulgarian": """Премахни кошчето до пейката и направи ъгъла тъмнозелен""",
    "Serbian": """Уклони канту за смеће поред клупе и обој зид у тамно зелену боју""",
    "Greek": """Βάψε τον τοίχο σκούρο πράσινο""",
    "Arabic": """اطل الجدار باللون الأخضر الداكن""",
    "Persian": """دیوار را به رنگ سبز تیره درآور""",
    "Urdu": """دیوار کا رنگ گہرا سبز کر دیں ٹیبل کے ساتھ""",
    "Hebrew": """צבע את הקיר בירוק כהה""",
    "Hindi": """दीवार को गहरे हरे रंग में बदलें""",
    "Bengali": """দেয়ালের রঙ গাঢ় সবুজ করো""",
    "Tamil": """சுவரை அடர் பச்சை நிறமாக மாற்று""",
    "Thai": """เปลี่ยนสีผนังเป็นสีเขียวเข้ม""",
    "Chinese": """把墙壁刷成深绿色
        将天空替换为日落""",
    "Japanese": """壁を濃い緑色にしてください""",
    "Korean": """벽을 짙은 녹색으로 바꿔 주세요""",
}


def foreign_instructions() -> list[tuple[str, str]]:
    """Pairs of language and instruction."""
    return [(name, line.strip()) for name, rows in FOREIGN.items() for line in rows.splitlines()]
