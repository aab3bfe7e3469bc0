#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "oofgg/matchmaking/matchmaker.h"
#include "oofgg/matchmaking/rule_set.h"

// A rule set is what a designer writes; whatever is accepted must also be fit to match by.
namespace oofgg {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

void UseIt(RuleSet rules) {
  Require(rules.players_per_match() >= 1 && rules.players_per_match() <= 100);
  Require(rules.windows().size() <= 1 && rules.equal().size() <= RuleSet::kMaxEqual);
  Matchmaker matchmaker(std::move(rules));
  TimePoint now{};
  for (const char* id : {"a", "b", "c", "d"}) {
    const auto matches = matchmaker.AddTicket({.id = id, .numbers = {{"skill", 1.0}}}, now);
    if (!matches.ok()) return;  // It asks for strings or numbers that these have not.
  }
  for (int events = 0; events < 16; ++events) {
    const auto next = matchmaker.NextEvent();
    if (!next) return;
    Require(*next >= now);
    now = *next;
    (void)matchmaker.Advance(now);
  }
}

}  // namespace
}  // namespace oofgg

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rules = oofgg::RuleSet::Parse({reinterpret_cast<const char*>(data), size});
  if (rules.ok()) {
    oofgg::UseIt(*std::move(rules));
  } else {
    oofgg::Require(!oofgg::FieldViolationsOf(rules.status()).empty());
  }
  return 0;
}
