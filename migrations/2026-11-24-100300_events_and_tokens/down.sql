drop table secrets, tokens, events;
