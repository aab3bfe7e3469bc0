#include "auth/common_passwords.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace oofgg::auth {
namespace {

// Sorted, for the binary search. With digits behind them, words that are too short for a password by
// themselves are long enough; so they are here too.
constexpr std::string_view kText =
    "01020304 0102030405 09876543 098765432 0987654321 10203040 102030405 1020304050 11112222 1122 "
    "1122334455 11223344a 12312312 123123123a 123321123 123321qwe 1234 123456 123456654321 123456780 "
    "1234567890a 1234567890q 12345678910 123456789a 123456789q 123456789s 12345678a 12345678q 12345678qwe "
    "1234567a 1234567q 123456aa 123456ab 123456abc 123456as 123456asd 123456qw 123456qwe 123456qwerty "
    "123456zx 12345abc 12345abcd 12345qwe 12345qwert 1234abcd 1234qwer 12365 12369874 123698745 123789456 "
    "123abc456 123asd123 123asdfg 123mudar 123qwe 123qweasd 123qweasdzxc 12qw34er 12qwaszx 13141314 "
    "1314520520 13579135 135792468 1357924680 14725836 147258369 1472583690 147852369 14789632 147896325 "
    "1478963250 15935 15935746 15975 15975321 159951159 19841984 19851985 19861986 19871987 19881988 "
    "19891989 19901990 19911991 19921992 19931993 19941994 19951995 1a2b3c4d 1a2b3c4d5e 1a2s3d4f 1passwor "
    "1password 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r5t6y7u8i 1qaz!qaz 1qaz1qaz 1qaz2wsx 1qaz2wsx3edc "
    "1qaz2wsx3edc4rfv 1qaz@wsx 1qaz@wsx3edc 1qazxsw2 1qazzaq1 1z2x3c4v 1z2x3c4v5b 20002000 20012001 "
    "20022002 20102010 20112011 20122012 20232023 20242024 20252025 21122112 22334455 234567890 "
    "2468013579 24682468 25802580 31415926 314159265 321654987 369258147 36936936 45645645 45678910 "
    "456789123 4815162342 51505150 52013140 5201314520 54321543 5555566666 56789012 6543210987 "
    "654321654321 74108520 741258963 74185296 741852963 7418529630 78945612 789456123 7894561230 78963214 "
    "789632145 789654123 8675309a 951753852 96321478 963852741 987456321 987654321a 98769876 a123123123 "
    "a1234567 a12345678 a123456789 a1234567890 a1b2c3d4 a1b2c3d4e5 a1s2d3f4 a1s2d3f4g5 aa123456 "
    "aa12345678 aa123456789 aaa111222 abc12345 abc123456 abc123abc abc@123456 abcd1 abcd1234 abcd123456 "
    "abcde12345 abcdef abcdef123456 abcdefg access admin admin12345 admin123456 administrator adrianna "
    "adventure airborne airforce alejandro alessandro alexander alexandra alexandre alexandria amsterdam "
    "anastasia android angelica angelina annabelle anthony antonio apple aquarius argentina argentine "
    "armageddon arsenal asd123456 asd123asd asdf1234 asdf12345 asdfasdf asdfg asdfg12345 asdfgh asdfghjk "
    "asdfghjkl ashley123 assassin asshole atlantis australia autumn avalanche avengers aze123456 azerty "
    "azertyui babydoll babygirl babygurl barcelona baseball basketball batman beautiful beckham benfica "
    "benjamin bestfriend bigdaddy birthday blackbird blackcat blackhawk blackjack blackpink blink "
    "blizzard blueberry bluebird bluemoon bobmarley bollocks bonjour boomerang brandon brittany brooklyn "
    "brothers bubblegum bubbles buckeyes buddy bulldogs bullshit business buster buttercup butterfly "
    "butthead butthole california callofduty cambridge cameron campbell canadian captain cardinals "
    "carolina caroline carpediem casablanca cassandra catalina catherine celtic champion chandler "
    "changeme chargers charlene charlie charlotte cheesecake chelsea cherokee chester chevelle chevrolet "
    "chicken children chinatown chocolate chris christian christina christine christmas christopher "
    "cinderella cinnamon cleopatra cleveland cocacola coconuts coldplay colombia colorado commander "
    "commando computer control cookiemonster cookies corinthians corvette counterstrike courtney cowboys "
    "creative cricket cristian cristiano cristina crystal cutiepie dance4life daniel danielle darkangel "
    "darkknight darkness darkside darkstar darthvader david deadpool deathnote december default deftones "
    "delicious destiny devil diamond diamonds dickhead dietcoke disneyland dodgers dolphin dolphins "
    "dominique doomsday doraemon dragon dragonball dragonballz dragonfly drpepper dynamite einstein "
    "electric elephant elizabeth eminem123 emmanuel emmanuelle engineer england enterprise estrella "
    "everton evolution excalibur excellent explorer fabulous facebook fallout family4life familyguy "
    "fantastic fearless february fenerbahce fernanda fernando ferrari feyenoord fireball firebird "
    "firefighter fisherman fishing flamengo flamingo florence florida flowers football forever "
    "foreverlove fortnite francesco francisco franklin freedom freestyle friends friendship fuckface "
    "fuckoff fuckthis fuckyou fullmoon futurama gabriel gabriela gabriella gabrielle galatasaray gameover "
    "gamer123 gangster garfield gateway germany getmoney ginger giovanni girlfriend gladiator godisgood "
    "godislove godzilla goldberg goldeneye goldfish gonzalez goodluck google gorgeous grandma grasshopper "
    "greenday guadalupe guest guinness guitarra halflife hallo halloween hamburger hamilton handball "
    "handsome happiness happy hardcore harrison harrypotter hawkeyes heather helicopter hellfire hello "
    "hello12345 hellokitty hercules hockey hollister hollywood honeymoon hospital hotmail hotstuff hunter "
    "hurricane icecream idontcare idontknow ihateyou illuminati ilovegod ilovehim iloveme iloveu iloveyou "
    "immortal impossible india infantry infinite infinity informatica insomnia instagram internet "
    "inuyasha iphone123 ironmaiden ironman isabella isabelle istanbul jackass jackson james jamesbond "
    "january jasmine jefferson jellybean jellyfish jennifer jeremiah jessica jesus jesuschrist johannes "
    "johncena jonathan jordan josephine joshua judgement junior justin juventus kangaroo katerina "
    "katherine kathleen kawasaki kevin keyboard killer kimberley kimberly kingkong kingston kitty "
    "knowledge kobe8bryant krishna labrador lacrosse lakers lamborghini landrover lasvegas lavender "
    "ledzeppelin legendary leonardo letmein lighthouse lightning limewire linkedin linkinpark lionking "
    "liverpool liverpoolfc logitech lollipop london lonewolf longhorn longhorns love love12345 lovelife "
    "lovelove lovely loveme loveme2x loverboy loveyou lucifer lucky madison magdalena maggie mahalkita "
    "malaysia manager manchester maradona marathon marcello margaret marianne mario mariposa marlboro "
    "marriage marshall martinez maryjane master masterchief mastermind matthew maverick maximilian "
    "maximus maxwell megadeth megaman melbourne melissa mercedes messenger metalgear metallica michael "
    "michelle michigan mickey microsoft midnight military millwall minecraft mississippi mitchell mohamed "
    "monday money monkey monopoly monster montreal moonbeam moonlight morpheus motocross motorola "
    "mountain mushroom music4life mustang myfamily mylove mypassword myspace napoleon naruto nascar "
    "natalie nathaniel nederland needforspeed network nevermind newcastle newlife newpass newyork "
    "nicholas nicole nightmare nintendo nirvana nokia nothing nottingham november october oklahoma oliver "
    "onepiece opensesame optimist orange ou812345 overlord overwatch p@$$w0rd p@55w0rd p@ssw0rd p@ssword "
    "pa$$w0rd pa55w0rd pa55word paintball pakistan palmeiras panasonic panthers paradise paramore parola "
    "pass pass12345 pass123456 passion passport passw0rd passwd password password12345 password123456 "
    "passwort patricia patrick patriots peaches peanut pearljam peekaboo penelope penguin pepper philippe "
    "phillies phoenix photoshop pickles pikachu pineapple pingpong pinkfloyd platinum playboy player "
    "playground playstation pokemon poohbear popcorn porkchop porsche portland portugal powerful precious "
    "predator presario princesa princess private professional professor prometheus pumpkin purple "
    "pussycat q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qaz123wsx qazwsx qazwsxedc qazxsw qwaszx qwe123456 "
    "qwe123qwe qweasd qweasdzxc qweqwe qwer1 qwer1234 qwerasdf qwert qwert12345 qwerty qwerty12345 "
    "qwerty123456 qwertyui qwertyuio qwertyuiop qwertzui qwertzuiop radiohead raiders rainbow rammstein "
    "rangers realmadrid rebecca reckless redbull redskins redsox redwings remember renegade ricardo "
    "richard robert roberto roblox rockandroll rocknroll rockstar rodriguez rolltide ronaldo root12345 "
    "rootroot rottweiler runescape sacramento sagittarius sailormoon samantha samsung santiago santorini "
    "sasuke savannah saxophone scarface scarlett schalke04 school scoobydoo scooter scorpion scotland "
    "seahawks sebastian secret security semperfi senha september serenity sexybitch sexygirl sexylady "
    "sexymama sexything sh4d0w12 shadow shamrock shannon shelby sherlock shithead shopping showtime "
    "silver simpsons singapore skateboard skater skittles skywalker slayer slimshady slipknot smackdown "
    "smokeweed smokey snickers snoopdogg snoopy snowball snowboard snowflake soccer soccer4life softball "
    "software something sonyericsson southern southpark southside spaghetti spartan spectrum spiderman "
    "spitfire spongebob spring springfield squirrel stallion starcraft stardust starfire starfish "
    "stargate starlight startrek starwars steelers stephanie stephens sterling stingray stockholm "
    "stonecold strawberry student submarine success summer sunderland sunflower sunshine superfly "
    "supergirl superhero superman supernova superstar superstars support survivor sweetheart sweetness "
    "sweetpea swimming swordfish system taekwondo tarantula tarheels taylor technology teddybear telefono "
    "telephone television temp12345 temporary tennessee tequiero terminator test test12345 test123456 "
    "testing testtest thailand thankyou thesims thirteen thomas thompson thuglife thunder tiffany tiger "
    "tigers tigger timberland tinkerbell tnt12345 together tomorrow topsecret tottenham training "
    "transformers treasure trinity trombone truelove trustno turquoise tweety twilight twitter tyler "
    "ultimate umbrella unbelievable undefeated undertaker unicorn united universe university user1234 "
    "user12345 username valencia valentin valentina valentino valhalla valkyrie vampires vancouver "
    "vanessa velocity venezuela veronica victoria victory videogame vikings villanova vincent violetta "
    "virginia vladimir vodafone volleyball warcraft warhammer40k warrior washington waterfall waterloo "
    "watermelon webmaster wednesday weed4life welcome wellington werewolf westcoast westham westlife "
    "westside whatever whiskers wildcats wildfire william williams windows winner winston winter wireless "
    "wolfgang wolfpack wolverine wonderful wonderland wonderwall wordpass wordpress wrangler wrestling "
    "xbox xbox360live xyz12345 yamaha yamahar yankees yellow yesterday yorkshire youtube z1x2c3v4 "
    "z1x2c3v4b5 zaq!2wsx zaq12wsx zaq12wsxcde3 zaq1xsw2 zaq1zaq1 zaqwsx zaqwsxcde zelda123 zeppelin "
    "zombie zxc12345 zxc123456 zxc123zxc zxcasdqwe zxcv12345 zxcvbnm zxcvbnmm zz123456";

constexpr std::size_t kCount = 1 + static_cast<std::size_t>(std::count(kText.begin(), kText.end(), ' '));

constexpr std::array<std::string_view, kCount> Split() {
  std::array<std::string_view, kCount> words;
  std::string_view rest = kText;
  for (std::string_view& word : words) {
    word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  return words;
}

constexpr std::array<std::string_view, kCount> kCommon = Split();
static_assert(std::is_sorted(kCommon.begin(), kCommon.end()));

// As many as are commonly put behind a word: a year and an exclamation mark.
constexpr std::size_t kMaxSuffix = 5;

bool IsListed(std::string_view text) { return std::binary_search(kCommon.begin(), kCommon.end(), text); }

bool IsDigitOrSign(char c) { return c > ' ' && c <= '~' && (c < 'a' || c > 'z'); }

}  // namespace

bool IsCommonPassword(std::string_view folded) {
  if (IsListed(folded)) return true;
  for (std::size_t taken = 0; taken < kMaxSuffix && !folded.empty() && IsDigitOrSign(folded.back());
       ++taken) {
    folded.remove_suffix(1);
    if (IsListed(folded)) return true;
  }
  return false;
}

}  // namespace oofgg::auth
