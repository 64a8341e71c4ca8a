//! Invented people and organisations.

const FIRST: [&str; 48] = [
    "Ada", "Amir", "Anna", "Ben", "Carla", "Chen", "Clara", "Daniel", "Diego", "Elif", "Emma", "Eva", "Farah", "Felix", "Grace", "Hana",
    "Hugo", "Ines", "Ivan", "Jana", "Jonas", "Julia", "Kaya", "Kofi", "Lars", "Lea", "Leo", "Lina", "Luis", "Maja", "Marco", "Maria",
    "Mina", "Nadia", "Nils", "Noah", "Olga", "Omar", "Paula", "Petra", "Ravi", "Rosa", "Sam", "Sara", "Tara", "Theo", "Yara", "Zoe",
];

const LAST: [&str; 41] = [
    "Abbott", "Ahmed", "Bauer", "Becker", "Brandt", "Carter", "Castro", "Cohen", "Costa", "Dalton", "Eriksen", "Fischer", "Flores",
    "Fuchs", "Garcia", "Hansen", "Haas", "Ito", "Jensen", "Keller", "Khan", "Kowal", "Kumar", "Lange", "Larsen", "Lopez", "Marsh", "Meyer",
    "Moreau", "Novak", "Okafor", "Park", "Peters", "Quinn", "Reyes", "Rossi", "Sato", "Silva", "Stone", "Weber", "Young",
];

const COMPANY: [&str; 32] = [
    "Alder", "Amber", "Anchor", "Aspen", "Beacon", "Birch", "Cedar", "Cobalt", "Coral", "Delta", "Ember", "Falcon", "Fjord", "Garnet",
    "Harbor", "Hazel", "Indigo", "Juniper", "Lantern", "Maple", "Meridian", "Nimbus", "Onyx", "Orchard", "Pebble", "Quarry", "Raven",
    "Saffron", "Summit", "Tidal", "Willow", "Zephyr",
];

const TRADE: [&str; 11] = [
    "Logistics",
    "Foods",
    "Studios",
    "Systems",
    "Partners",
    "Energy",
    "Textiles",
    "Health",
    "Media",
    "Robotics",
    "Travel",
];

/// First and last name of the person with that number; different for the first 1,968.
pub fn person(number: usize) -> (&'static str, &'static str) {
    (FIRST[number % FIRST.len()], LAST[(number * 5 + number / FIRST.len()) % LAST.len()])
}

/// Full name.
pub fn full_name(number: usize) -> String {
    let (first, last) = person(number);
    format!("{first} {last}")
}

/// An address at a domain that belongs to nobody.
pub fn email(number: usize, domain: &str) -> String {
    let (first, last) = person(number);
    format!("{}.{}@{domain}", first.to_lowercase(), last.to_lowercase())
}

/// An organisation's name; different for the first 352.
pub fn company(number: usize) -> String {
    format!(
        "{} {}",
        COMPANY[number % COMPANY.len()],
        TRADE[(number * 3 + number / COMPANY.len()) % TRADE.len()]
    )
}

/// Its domain.
pub fn domain(number: usize) -> String {
    company(number).to_lowercase().replace(' ', "-") + ".example"
}
