//! Names that the engine makes up for containers, as Docker's namesgenerator does: an adjective and a surname, a
//! digit where the first try was taken. It must not know which names are taken.

use crate::ambient::Ids;

const ADJECTIVES: &str = "admiring adoring affectionate agitated amazing angry awesome beautiful blissful bold boring \
    brave busy charming clever cool compassionate competent condescending confident cranky crazy dazzling determined \
    distracted dreamy eager ecstatic elastic elated elegant eloquent epic exciting fervent festive flamboyant focused \
    friendly frosty funny gallant gifted goofy gracious great happy hardcore heuristic hopeful hungry infallible \
    inspiring interesting intelligent jolly jovial keen kind laughing loving lucid magical mystifying modest musing \
    naughty nervous nice nifty nostalgic objective optimistic peaceful pedantic pensive practical priceless quirky \
    quizzical recursing relaxed reverent romantic sad serene sharp silly sleepy stoic strange stupefied suspicious \
    sweet tender thirsty trusting unruffled upbeat vibrant vigilant vigorous wizardly wonderful xenodochial youthful \
    zealous zen";

const SURNAMES: &str = "albattani allen almeida antonelli agnesi archimedes ardinghelli aryabhata austin babbage \
    banach banzai bardeen bartik bassi beaver bell benz bhabha bhaskara black blackburn blackwell bohr booth borg \
    bose bouman boyd brahmagupta brattain brown buck burnell cannon carson cartwright carver cerf chandrasekhar \
    chaplygin chatelet chatterjee chebyshev cohen chaum clarke colden cori cray curran curie darwin davinci \
    dewdney dhawan diffie dijkstra dirac driscoll dubinsky easley edison einstein elbakyan elgamal elion ellis \
    engelbart euclid euler faraday feistel fermat fermi feynman franklin gagarin galileo galois ganguly gates \
    gauss germain goldberg goldstine goldwasser golick goodall gould greider grothendieck haibt hamilton haslett \
    hawking hellman heisenberg hermann herschel hertz heyrovsky hodgkin hofstadter hoover hopper hugle hypatia \
    ishizaka jackson jang jemison jennings jepsen johnson joliot jones kalam kapitsa kare keldysh keller kepler \
    khayyam khorana kilby kirch knuth kowalevski lalande lamarr lamport leakey leavitt lederberg lehmann lewin \
    lichterman liskov lovelace lumiere mahavira margulis matsumoto maxwell mayer mccarthy mcclintock mclaren \
    mclean mcnulty mendel mendeleev meitner meninsky merkle mestorf mirzakhani moore morse murdock moser napier \
    nash neumann newton nightingale nobel noether northcutt noyce panini pare pascal pasteur payne perlman pike \
    poincare poitras proskuriakova ptolemy raman ramanujan ride montalcini ritchie rhodes robinson roentgen \
    rosalind rubin saha sammet sanderson satoshi shamir shannon shaw shirley shockley shtern sinoussi snyder \
    solomon spence stonebraker sutherland swanson swartz swirles taussig tesla tharp thompson torvalds tu turing \
    varahamihira vaughan visvesvaraya volhard villani wescoff wilbur wiles williams williamson wilson wing wozniak \
    wright wu yalow yonath zhukovsky";

/// How often the daemon tries before it takes the id's beginning for a name.
pub(super) const TRIES: usize = 6;

/// The `attempt`-th try (from 0); later tries end in a digit.
pub(super) fn generate(ids: &mut Ids, attempt: usize) -> String {
    loop {
        let (adjective, surname) = (pick(ids, ADJECTIVES), pick(ids, SURNAMES));
        // The daemon's own exception: Steve Wozniak is not boring.
        if (adjective, surname) == ("boring", "wozniak") {
            continue;
        }
        return match attempt {
            0 => format!("{adjective}_{surname}"),
            _ => format!("{adjective}_{surname}{}", ids.below(10)),
        };
    }
}

fn pick<'a>(ids: &mut Ids, words: &'a str) -> &'a str {
    let all = || words.split_ascii_whitespace();
    all().nth(ids.below(all().count() as u64) as usize).unwrap_or_default()
}

/// Whether a container may be called so: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`.
pub(super) fn is_valid(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && name.len() > 1
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sorted::VecMap;

    #[test]
    fn names_are_dockers() {
        // What 20.10.24's names-generator.go counts.
        let words = |text: &'static str| text.split_ascii_whitespace().collect::<Vec<_>>();
        let (adjectives, surnames) = (words(ADJECTIVES), words(SURNAMES));
        assert_eq!((adjectives.len(), surnames.len()), (108, 236));
        let name = generate(&mut Ids::new(1), 0);
        let (a, s) = name.split_once('_').unwrap();
        assert!(adjectives.contains(&a) && surnames.contains(&s));
        assert!(generate(&mut Ids::new(1), 1).ends_with(|c: char| c.is_ascii_digit()));
        assert!(is_valid("c1") && is_valid("a.b-c_d") && !is_valid("a") && !is_valid("mal nombre") && !is_valid("_x"));
    }

    #[test]
    fn every_word_comes_up_and_steve_wozniak_is_never_boring() {
        let draws = |seed| {
            let mut ids = Ids::new(seed);
            (pick(&mut ids, ADJECTIVES), pick(&mut ids, SURNAMES))
        };
        let drawn: VecMap<_, _> = (0..3000).map(draws).flat_map(|(a, s)| [a, s]).map(|word| (word, ())).collect();
        assert!(ADJECTIVES
            .split_ascii_whitespace()
            .chain(SURNAMES.split_ascii_whitespace())
            .all(|w| drawn.contains_key(w)));
        let seed = (0..).find(|seed| draws(*seed) == ("boring", "wozniak")).unwrap();
        let other = generate(&mut Ids::new(seed), 0);
        assert!(other.contains('_') && other != "boring_wozniak", "{other}");
    }
}
