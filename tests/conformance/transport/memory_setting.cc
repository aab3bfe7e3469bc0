#include <deque>

#include "oofgg/testing/manual_executor.h"
#include "testing/memory_link.h"
#include "tests/conformance/transport/transport_setting.h"

namespace oofgg::testing {
namespace {

class EchoByteStream final : public ByteStream {
 public:
  Status OnMessage(const std::string& bytes) override {
    OOFGG_ASSIGN_OR_RETURN(const auto answers, EchoStream(bytes));
    waiting_.insert(waiting_.end(), answers.begin(), answers.end());
    return absl::OkStatus();
  }
  void OnClose() override {}
  std::optional<std::string> Next() override {
    if (waiting_.empty()) return std::nullopt;
    std::string next = std::move(waiting_.front());
    waiting_.pop_front();
    return next;
  }

 private:
  std::deque<std::string> waiting_;
};

class MemorySetting final : public TransportSetting {
 public:
  MemorySetting() {
    for (const std::string_view path : {"/suite.Echo/Unary", "/suite.Echo/Headers"}) {
      table_.Add(path, {.unary = [path](const TransportCall& call, const std::string& request) {
                   return EchoUnary(path, call.metadata, request);
                 }});
    }
    for (const std::string_view path : {"/suite.Echo/Stream", "/suite.Echo/Unread"}) {
      table_.Add(path, {.kind = wire::Kind::kBidiStream,
                        .stream = [](const TransportCall&, const std::shared_ptr<StreamHost>&) {
                          return StatusOr<std::unique_ptr<ByteStream>>(std::make_unique<EchoByteStream>());
                        }});
    }
  }

  Transport& transport() override { return *link_; }
  const Clock& clock() const override { return clock_; }
  bool RunUntil(const std::function<bool()>& done) override {
    for (int millisecond = 0; millisecond < 60'000 && !done(); ++millisecond) {
      executor_.AdvanceBy(std::chrono::milliseconds(1));
    }
    return done();
  }
  Duration too_short() const override { return kLatency; }  // The answer needs as long again.
  void KillFarEnd() override { link_->Drop(); }

 private:
  static constexpr std::chrono::milliseconds kLatency{2};

  FakeClock clock_;
  ManualExecutor executor_{clock_};
  ServiceTable table_{[](const TransportCall&, bool) { return CallContext(); }};
  std::shared_ptr<MemoryLink> link_ = std::make_shared<MemoryLink>(table_, clock_, executor_, kLatency);
};

}  // namespace

std::unique_ptr<TransportSetting> MakeMemorySetting() { return std::make_unique<MemorySetting>(); }

}  // namespace oofgg::testing
