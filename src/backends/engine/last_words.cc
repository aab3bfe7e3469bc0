#include "backends/engine/last_words.h"

#include <chrono>
#include <memory>
#include <utility>

#include "backends/engine/log_tail.h"

namespace oofgg::backends {

void ReadLastWords(EngineClient& engine, std::string_view of,
                   std::function<void(const std::string& words)> on_words) {
  const auto tail = std::make_shared<LogTail>();
  engine.Call({.path = std::string(of) + "/logs?stdout=1&stderr=1&tail=10",
               .timeout = std::chrono::seconds(5),
               .on_data =
                   [tail](std::string_view piece) {
                     tail->Feed(piece);
                     return true;
                   }},
              [tail, on_words = std::move(on_words)](const StatusOr<std::string>&) {
                const std::string words = tail->Text();
                on_words(words.empty() ? words : "; its last words: " + words);
              });
}

}  // namespace oofgg::backends
