#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "oofgg/executor.h"
#include "oofgg/status.h"
#include "rpc/unary.h"
#include "wire/proto_of.h"

namespace oofgg::rpc {

/// Calls of method M that are served together: while some are, those that come wait, and are the next ones.
/// So nobody waits for company, and a crowd shares what is paid once, such as a commit and the waking of
/// threads. Threads: safe. Lifetime: `executor` and what `serve` uses outlive the server's calls.
template <class M>
class GatheredCalls {
 public:
  using Message = typename wire::ProtoOf<M>::Response;
  using Answers = std::vector<StatusOr<typename M::Response>>;

  struct Call {
    AdmittedCall<M> admitted;
    PendingAnswer answer;
    Message* message;
  };
  /// An answer for each, in their order.
  using Serve = std::function<Answers(std::span<const Call> calls)>;

  GatheredCalls(Executor& executor, Serve serve)
      : executor_(executor), gathering_(std::make_shared<Gathering>()) {
    gathering_->serve = std::move(serve);
  }

  void Add(Call call) {
    if (gathering_->Add(std::move(call))) executor_.Post(Turn(gathering_));
  }

 private:
  // Beyond `kMany` that wait, a second thread helps; nobody is served with more than `kMost`.
  static constexpr std::size_t kMany = 16;
  static constexpr std::size_t kMost = 64;

  /// Outlives the last answer, after which the server may be gone.
  struct Gathering {
    /// True: somebody has to take a turn.
    bool Add(Call call) {
      const std::lock_guard lock(mutex);
      waiting.push_back(std::move(call));
      if (turns > 1 || (turns == 1 && waiting.size() < kMany)) return false;
      ++turns;
      return true;
    }

    /// Nothing: the turn is over.
    std::vector<Call> Take() {
      std::vector<Call> taken;
      const std::lock_guard lock(mutex);
      for (; !waiting.empty() && taken.size() < kMost; waiting.pop_front()) {
        taken.push_back(std::move(waiting.front()));
      }
      if (taken.empty()) --turns;
      return taken;
    }

    void ServeSome(std::vector<Call> taken) {
      std::vector<Call> calls;
      for (Call& call : taken) {
        if (call.answer.IsUnwanted()) {
          call.answer.Finish(CallerGaveUp());
        } else {
          calls.push_back(std::move(call));
        }
      }
      if (calls.empty()) return;
      const Answers answers = serve(calls);
      for (std::size_t i = 0; i < calls.size(); ++i) {
        if (answers[i].ok()) wire::ProtoOf<M>::Convert::ToProto(*answers[i], *calls[i].message);
        calls[i].answer.Finish(answers[i].status());
      }
    }

    Serve serve;
    std::mutex mutex;
    std::deque<Call> waiting;
    std::size_t turns = 0;  // How many threads serve, or are about to.
  };

  /// Serves until nobody waits. Destroyed undone, because the executor shuts down, it leaves nobody waiting.
  class Turn {
   public:
    explicit Turn(std::shared_ptr<Gathering> gathering) : gathering_(std::move(gathering)) {}
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (gathering_ == nullptr) return;
      while (!gathering_->Take().empty()) {
      }
    }

    void operator()() {
      const auto gathering = std::move(gathering_);
      for (auto calls = gathering->Take(); !calls.empty(); calls = gathering->Take()) {
        gathering->ServeSome(std::move(calls));
      }
    }

   private:
    std::shared_ptr<Gathering> gathering_;
  };

  Executor& executor_;
  const std::shared_ptr<Gathering> gathering_;
};

/// As ServeUnary: a call that `fits` is served among `gathered`, any other by itself on `lane`.
template <class M, class Fits, class Serve>
grpc::ServerUnaryReactor* ServeGathered(const ServiceHost& host, const Lane& lane, GatheredCalls<M>& gathered,
                                        grpc::CallbackServerContext* call,
                                        const typename wire::ProtoOf<M>::Request* request_message,
                                        typename wire::ProtoOf<M>::Response* response_message,
                                        const Fits& fits, Serve serve) {
  PendingAnswer answer(RecordOf<M>(host, *call), *call);
  grpc::ServerUnaryReactor* const reactor = answer.reactor();
  auto admitted = AdmitUnary<M>(host, *call, *request_message);
  if (!admitted.ok()) {
    answer.Finish(admitted.status());
  } else if (fits(admitted->context, admitted->request)) {
    gathered.Add({*std::move(admitted), std::move(answer), response_message});
  } else {
    ServeOnLane(lane, *std::move(admitted), std::move(answer), response_message, std::move(serve),
                WriteUsual<M>());
  }
  return reactor;
}

}  // namespace oofgg::rpc
