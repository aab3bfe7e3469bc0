#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "backends/docker/container.h"
#include "backends/engine/event_stream.h"
#include "backends/engine/log_tail.h"
#include "backends/engine/pull_progress.h"

// What a Docker engine says, and through it containers and registries. The first byte of an input says which
// parser gets the rest.
namespace oofgg::backends {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

void ReadLog(std::string_view input) {
  LogTail whole(64);
  LogTail pieces(64);
  whole.Feed(input);
  for (const char& c : input) pieces.Feed({&c, 1});
  Require(whole.Text() == pieces.Text());
  for (const char c : whole.Text()) Require(static_cast<unsigned char>(c) >= ' ');
}

void ReadContainers(std::string_view input) {
  if (const auto container = ParseContainer(input); container.ok()) {
    (void)Describe(*container, "players", "", "127.0.0.1");
    (void)HowItEnded(*container);
  }
  (void)ParseContainers(input);
}

}  // namespace
}  // namespace oofgg::backends

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      oofgg::backends::ReadLog(input);
      break;
    case 1:
      oofgg::backends::ReadContainers(input);
      break;
    case 2:
      (void)oofgg::backends::ParseEvent(input);
      break;
    default:
      (void)oofgg::backends::PullProgress("game", {}).Feed(input, {});
  }
  return 0;
}
