#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "backends/process/command_line.h"
#include "game/cursor.h"
#include "net/http_message.h"
#include "oofgg/parse.h"
#include "orchestration/fill_in.h"

// Small texts from flags, URLs and pages of lists. The first byte of an input says which parser gets the
// rest.
namespace oofgg {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

void Address(std::string_view input) {
  const auto address = ParseHostPort(input);
  if (!address.ok()) return;
  const auto again = ParseHostPort(FormatHostPort(*address));
  Require(again.ok() && *again == *address);
}

void DurationText(std::string_view input) {
  const auto duration = ParseDuration(input);
  if (duration.ok()) Require(duration->count() >= 0);
}

void Target(std::string_view input) {
  net::HttpRequest request;
  (void)net::ParseTarget(input, request);
}

void Percent(std::string_view input) {
  const auto decoded = net::PercentDecode(input);
  if (decoded.ok()) Require(decoded->size() <= input.size());
}

void PageCursor(std::string_view input) {
  const game::Cursors cursors("0123456789abcdef");
  (void)cursors.Decode("list", input);
  if (input.size() > 256) return;  // Longer than any place in a list that we make.
  const auto decoded = cursors.Decode("list", cursors.Encode("list", input));
  Require(decoded.ok() && *decoded == input);
}

void Command(std::string_view input) {
  const auto words = backends::SplitCommand(input);
  if (!words.ok()) return;
  Require(!words->empty());
  for (const std::string& word : *words)
    (void)orchestration::FillIn(word, {{"port", "1"}, {"control_port", "2"}});
}

}  // namespace
}  // namespace oofgg

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Parser = void (*)(std::string_view);
  constexpr Parser kParsers[] = {oofgg::Address, oofgg::DurationText, oofgg::Target,
                                 oofgg::Percent, oofgg::PageCursor,   oofgg::Command};
  if (size == 0) return 0;
  // Printable digits, so that the corpus can be read and written by hand.
  const std::size_t parser = static_cast<std::size_t>(data[0]) - '0';
  if (parser >= std::size(kParsers)) return 0;
  kParsers[parser]({reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
