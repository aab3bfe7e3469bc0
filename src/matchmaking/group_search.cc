#include "matchmaking/group_search.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace oofgg::matchmaking {
namespace {

// The last instant before `at`; instants are whole nanoseconds.
TimePoint JustBefore(TimePoint at) { return at - Duration(1); }

std::size_t SizeOf(const Waiting& ticket) { return static_cast<std::size_t>(ticket.players); }

PartyCounts CountsOf(const std::vector<int>& parties, std::size_t sizes) {
  PartyCounts counts(sizes);
  for (const int party : parties) ++counts[static_cast<std::size_t>(party)];
  return counts;
}

}  // namespace

GroupSearch::GroupSearch(const RuleSet& rules)
    : rules_(rules), consent_(rules), reach_(rules), packer_(rules.teams(), rules.players_per_team()) {}

void GroupSearch::FindSoonest(Waiting& owner, TimePoint now) {
  owner.soonest = kNever;
  owner.soonest_members.clear();
  LookAround(owner);
  limit_ = JustBefore(kNever);
  VisitSpans([&](Span span) {
    if (Populate(span)) Improve(owner, std::max(now, EndsMeetAt(span)));
    limit_ = JustBefore(owner.soonest);  // From here on only what is sooner is of interest.
    return owner.soonest > now;
  });
}

Proposal GroupSearch::FindBest(Waiting& owner, TimePoint at) {
  LookAround(owner);
  limit_ = at;
  Proposal best;
  VisitSpans([&](Span span) {
    if (!Populate(span) || !PackFirst(may_play_.size())) return true;
    Proposal proposal = MostSenior();
    if (best.tickets.empty() || ComesFirst(proposal.tickets, best.tickets)) best = std::move(proposal);
    return true;
  });
  return best;
}

void GroupSearch::LookAround(Waiting& owner) {
  reach_.Collect(owner, field_);
  self_ = static_cast<std::size_t>(std::find(field_.begin(), field_.end(), &owner) - field_.begin());
  players_before_.assign(1, 0);
  for (const Waiting* ticket : field_) players_before_.push_back(players_before_.back() + ticket->players);
  mutual_.resize(field_.size() * field_.size());
  row_known_.assign(field_.size(), 0);
}

template <typename Visit>
void GroupSearch::VisitSpans(Visit visit) {
  const Span all{0, field_.size() - 1};
  if (TooFew(all)) return;
  if (!consent_.HasWindow()) {
    visit(all);
    return;
  }
  const Waiting& owner = *field_[self_];
  for (std::size_t low = self_ + 1; low-- > 0;) {
    if (consent_.AcceptsAt(owner, Difference(low, self_)) > limit_) return;  // As he refuses all below.
    if (MutualRow(self_)[low] > limit_) continue;
    for (std::size_t high = self_; high < field_.size(); ++high) {
      if (consent_.AcceptsAt(owner, Difference(self_, high)) > limit_) break;
      if (consent_.AcceptsAt(*field_[low], Difference(low, high)) > limit_) break;
      const Span span{low, high};
      if (TooFew(span) || EndsMeetAt(span) > limit_) continue;
      if (!visit(span)) return;
    }
  }
}

bool GroupSearch::TooFew(Span span) const {
  return players_before_[span.high + 1] - players_before_[span.low] < rules_.players_per_match();
}

// When both ends and the owner have accepted each other.
TimePoint GroupSearch::EndsMeetAt(Span span) {
  if (!consent_.HasWindow()) return field_[self_]->since;
  const TimePoint* own = MutualRow(self_);
  return std::max({own[span.low], own[span.high], MutualRow(span.low)[span.high]});
}

bool GroupSearch::MustPlay(std::size_t i, Span span) const {
  return i == self_ || (consent_.HasWindow() && (i == span.low || i == span.high));
}

bool GroupSearch::Populate(Span span) {
  const auto sizes = static_cast<std::size_t>(rules_.players_per_team()) + 1;
  must_.assign(sizes, 0);
  must_play_.clear();
  may_play_.clear();
  const TimePoint* low = MutualRow(span.low);
  const TimePoint* high = MutualRow(span.high);
  int players = 0;
  for (std::size_t i = span.low; i <= span.high; ++i) {
    Waiting* ticket = field_[i];
    if (MustPlay(i, span)) {
      ++must_[SizeOf(*ticket)];
      must_play_.push_back(ticket);
    } else {
      const TimePoint at = std::max(low[i], high[i]);
      if (at > limit_) continue;
      may_play_.push_back({at, ticket});
    }
    players += ticket->players;
  }
  return players >= rules_.players_per_match();
}

// Whether the teams can be filled with all who must play and the first `count` of those who may.
bool GroupSearch::PackFirst(std::size_t count) {
  may_.assign(must_.size(), 0);
  for (std::size_t i = 0; i < count; ++i) ++may_[SizeOf(*may_play_[i].ticket)];
  return packer_.Pack(must_, may_);
}

// If the populated span holds a match at all, makes its earliest one, not before `floor`, the owner's
// soonest.
void GroupSearch::Improve(Waiting& owner, TimePoint floor) {
  if (!PackFirst(may_play_.size())) return;
  std::sort(may_play_.begin(), may_play_.end(), [](const Joining& a, const Joining& b) {
    return a.at != b.at ? a.at < b.at : MoreSenior(*a.ticket, *b.ticket);
  });
  std::size_t too_few = 0;
  std::size_t enough = may_play_.size();
  while (too_few < enough) {
    const std::size_t middle = (too_few + enough) / 2;
    if (PackFirst(middle)) {
      enough = middle;
    } else {
      too_few = middle + 1;
    }
  }
  if (!PackFirst(enough)) return;

  owner.soonest = enough == 0 ? floor : std::max(floor, may_play_[enough - 1].at);
  owner.soonest_members.clear();
  for (Waiting* ticket : must_play_) owner.soonest_members.push_back({ticket, ticket->arrival});
  PartyCounts wanted = CountsOf(packer_.parties(), must_.size());
  for (std::size_t size = 0; size < wanted.size(); ++size) wanted[size] -= must_[size];
  for (std::size_t i = 0; i < enough; ++i) {
    Waiting* ticket = may_play_[i].ticket;
    if (wanted[SizeOf(*ticket)]-- > 0) owner.soonest_members.push_back({ticket, ticket->arrival});
  }
}

// After a successful `PackFirst` of all who may play: takes them in order of seniority, each if the teams
// can still be filled with it. `wanted` is always a way to fill them with those taken and some not yet
// decided on, so the result is whole even where the packer gives up early.
Proposal GroupSearch::MostSenior() {
  Proposal proposal{must_play_, packer_.parties()};
  std::sort(may_play_.begin(), may_play_.end(),
            [](const Joining& a, const Joining& b) { return MoreSenior(*a.ticket, *b.ticket); });
  PartyCounts wanted = CountsOf(proposal.parties, must_.size());
  std::vector<char> full(must_.size());  // No more parties of this size can play.
  for (const Joining& joining : may_play_) {
    const std::size_t size = SizeOf(*joining.ticket);
    --may_[size];
    if (full[size] != 0) continue;
    ++must_[size];
    if (must_[size] > wanted[size]) {
      if (!packer_.Pack(must_, may_)) {
        --must_[size];
        full[size] = 1;
        continue;
      }
      proposal.parties = packer_.parties();
      wanted = CountsOf(proposal.parties, must_.size());
    }
    proposal.tickets.push_back(joining.ticket);
  }
  std::sort(proposal.tickets.begin(), proposal.tickets.end(),
            [](const Waiting* a, const Waiting* b) { return MoreSenior(*a, *b); });
  return proposal;
}

const TimePoint* GroupSearch::MutualRow(std::size_t i) {
  TimePoint* row = &mutual_[i * field_.size()];
  if (row_known_[i] == 0) {
    row_known_[i] = 1;
    for (std::size_t j = 0; j < field_.size(); ++j) row[j] = consent_.MutualAt(*field_[i], *field_[j]);
  }
  return row;
}

double GroupSearch::Difference(std::size_t i, std::size_t j) const {
  return field_[j]->number - field_[i]->number;
}

}  // namespace oofgg::matchmaking
